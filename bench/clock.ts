/**
 * Processor time, not the clock on the wall: what else a machine does must not count. And what one
 * reference operation takes at this moment, for even a processor is not always equally fast.
 */
import { referenceNanoseconds } from "./reference.js";

/** Nanoseconds of processor time so far. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1_000;
}

/** What one reference operation takes now. */
export function reference(): number {
  const operations = 400_000;
  const begin = processorTime();
  referenceNanoseconds(1, operations);
  return (processorTime() - begin) / operations;
}
