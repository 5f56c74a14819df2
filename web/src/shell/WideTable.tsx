import type { ReactNode } from 'react';

type Props = {
  label: string;
  /** On a phone every row becomes a card; without it the table is scrolled sideways. */
  cards?: boolean;
  className?: string;
  children: ReactNode;
};

/** A table that may be wider than its window. */
export function WideTable({ label, cards = false, className = '', children }: Props) {
  return (
    <section
      className={`wide-table ${cards ? 'cards' : ''} ${className}`}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
      tabIndex={0}
    >
      <table>{children}</table>
    </section>
  );
}
