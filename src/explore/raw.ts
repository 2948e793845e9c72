/** A scenario as it is written, before any meaning is read into it: what is drawn here and shrunk. */

export type { RawNode } from "../scenario/schema/cluster.js";
export type { RawStep } from "../scenario/schema/steps.js";
export type { RawScenario } from "../scenario/schema.js";
