/** Keys in the terminal of whoever serves: one stroke, one act. */
import type { ReadStream } from "node:tty";
import type { Breaker } from "./breaker.js";
import { Refusal } from "./breaker.js";

export const keysHelp =
  "k kill master, r restart, p pause master, c resume, i isolate master, h heal, q quit";

export interface KeysOptions {
  readonly input: ReadStream;
  readonly breaker: Breaker;
  readonly quit: () => void;
  readonly refused: (text: string) => void;
}

/** Listens until the function that it returns is called. */
export function listenToKeys({ input, breaker, quit, refused }: KeysOptions): () => void {
  const acts = new Map<string, () => void>([
    ["k", () => breaker.kill("master")],
    ["r", () => breaker.restart()],
    ["p", () => breaker.pause("master")],
    ["c", () => breaker.resume()],
    ["i", () => breaker.cut("master")],
    ["h", () => breaker.heal()],
    ["q", quit],
    // A terminal in raw mode makes no signal of these.
    ["\u0003", quit],
    ["\u0004", quit],
  ]);
  const pressed = (keys: Buffer) => {
    for (const key of keys.toString("latin1")) {
      try {
        acts.get(key.toLowerCase())?.();
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal;
        refused(refusal.message);
      }
    }
  };
  input.setRawMode(true);
  input.on("data", pressed);
  input.resume();
  return () => {
    input.off("data", pressed);
    input.setRawMode(false);
    input.pause();
  };
}
