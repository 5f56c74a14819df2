import './Nav.css';
import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { useWords } from '../i18n/index.ts';
import { useView } from '../state.ts';
import { addressOf, SCREENS, screenOf } from './screens.ts';

function Links({ close }: { close?: () => void }) {
  const { t } = useWords();
  const [path] = useLocation();
  const view = useView((now) => now);
  const current = screenOf(path);
  return (
    <ul>
      {SCREENS.map(({ name }) => (
        <li key={name}>
          <Link
            href={addressOf(name, view)}
            aria-current={name === current ? 'page' : undefined}
            onClick={() => close?.()}
            data-testid={`nav-${name}`}
          >
            {t(`nav.${name}`)}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** From screen to screen: links beside the name where there is room, else a menu that opens below its button. */
export function Nav() {
  const { t } = useWords();
  const [path] = useLocation();
  const menu = useRef<HTMLDivElement>(null);
  // The whole-page document stays, so a reader is told of the new page by its title.
  const current = screenOf(path);
  useEffect(() => {
    document.title = current === 'planner' ? t('title') : `${t(`nav.${current}`)} · ${t('product')}`;
  }, [current, t]);
  return (
    <nav className="nav" aria-label={t('nav.label')}>
      <div className="nav-wide">
        <Links />
      </div>
      <button
        type="button"
        className="nav-button"
        popoverTarget="nav-menu"
        aria-label={`${t('nav.label')}: ${t(`nav.${current}`)}`}
        data-testid="nav-button"
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 7h16M4 12h16M4 17h16" />
        </svg>
        <span>{t(`nav.${current}`)}</span>
      </button>
      <div id="nav-menu" popover="auto" className="nav-menu panel" ref={menu}>
        <Links close={() => menu.current?.hidePopover()} />
      </div>
    </nav>
  );
}
