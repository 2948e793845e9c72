/** The entry of a worker thread: two kinds of work, each a pure function of its task. */
export { runBatch, runShrink } from "./task.js";
