import type { ServerToClient } from '../../server/contract/live.ts';
import type { LiveClient } from '../helper/live-client.ts';
import type { TestService } from '../helper/service.ts';

/** Keeps what a client hears of one event from now on, and waits for what a test expects of it. */
export function hearing<Event extends keyof ServerToClient>(client: LiveClient, event: Event) {
  type Message = Parameters<ServerToClient[Event]>[0];
  const messages: Message[] = [];
  let waiting: (() => void)[] = [];
  client.socket.on(event, ((message: Message) => {
    messages.push(message);
    for (const resolve of waiting.splice(0)) resolve();
  }) as never);
  return {
    messages,
    /** Resolves with the first message, heard before or from now on, that fulfils `condition`. */
    first: async (condition: (message: Message) => boolean): Promise<Message> => {
      for (;;) {
        const found = messages.find(condition);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          waiting = [...waiting, resolve];
        });
      }
    },
  };
}

/** Resolves when the rollups hold so many events: what was acknowledged a moment ago may still be on its way. */
export async function untilStored({ store }: Pick<TestService, 'store'>, events: number): Promise<void> {
  for (;;) {
    const [row] = await store.query<{ n: string }>('SELECT toInt64(sum(events)) AS n FROM place_hourly');
    if (Number(row?.n) >= events) return;
  }
}
