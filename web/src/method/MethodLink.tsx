import './MethodLink.css';
import { Link } from 'wouter';
import { useWords } from '../i18n/index.ts';
import { addressOf } from '../shell/screens.ts';
import { useView } from '../state.ts';
import type { MethodId } from './ids.ts';

/** From a figure to its definition on the method page; `what` names the figure for who cannot see where it stands. */
export function MethodLink({ id, what }: { id: MethodId; what: string }) {
  const { t } = useWords();
  const view = useView((now) => now);
  const label = t('how.link', { what });
  return (
    <Link
      className="method-link"
      href={`${addressOf('method', view)}#${id}`}
      aria-label={label}
      title={label}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6.2" />
        <path d="M8 7.3v3.9M8 4.7v.2" />
      </svg>
    </Link>
  );
}
