import { leave } from "../files/problems.js";
import type { Media } from "./host.js";
import { run } from "./program.js";

/** Runs the command line of this process and ends it. */
export async function start(media: Media): Promise<never> {
  const stop = new AbortController();
  for (const [signal, exitCode] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
    process.on(signal, () => {
      // The second one does not wait for anything.
      if (stop.signal.aborted) process.exit(exitCode);
      stop.abort(leave("interrupted", exitCode));
    });
  }
  // A reader that has gone away is noticed where something is written; here it must not end the program with a stack trace.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

  const { stdin, stdout, stderr, env } = process;
  const exitCode = await run(process.argv.slice(2), {
    stdin,
    stdout,
    stderr,
    env,
    signal: stop.signal,
    ...media,
  });
  // Standard input may still be open and models still be loading: the work is done all the same.
  await new Promise((flushed) => stdout.write("", flushed));
  process.exit(exitCode);
}
