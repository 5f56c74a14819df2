/**
 * Runs one piece of work at a time and of what comes meanwhile only the last: a stop that is dragged asks more often than
 * answers come, and only where it is now is of interest.
 */
export function latestOnly<In>(work: (input: In) => Promise<void>): (input: In) => void {
  let running = false;
  let next: { input: In } | null = null;
  const run = async (input: In): Promise<void> => {
    running = true;
    await work(input);
    running = false;
    if (next === null) return;
    const { input: latest } = next;
    next = null;
    void run(latest);
  };
  return (input) => {
    if (running) next = { input };
    else void run(input);
  };
}
