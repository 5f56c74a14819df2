import { Component, type ReactNode } from 'react';
import { pageStore } from '../state.ts';

/** A map that cannot be made (no context left, its script not loaded) leaves the page to the table. */
export class MapBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error('the map could not be opened', error);
    pageStore.set({ map_trouble: 'failed' });
  }

  override render(): ReactNode {
    return this.state.failed ? null : this.props.children;
  }
}
