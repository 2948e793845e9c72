/** The shape of what must come out: each element of `expect` is one claim. */
import * as z from "zod";
import { duration, names, oneOrMore, patternNote, text, wholeNumber, word } from "./values.js";

/** `what`: the thing that is measured; without it, a count. */
const atLeastAtMost = <Value extends z.ZodType>(value: Value, what?: string) => {
  const of = what === undefined ? "" : `${what} `;
  return {
    "at-least": value.optional().describe(`No less ${of}than this.`),
    "at-most": value.optional().describe(`No more ${of}than this.`),
  };
};
const writesBound = atLeastAtMost(wholeNumber("a number"));
const ofClient = { client: word("the name of a client").optional().describe("Only this client.") };
const counted = (what: string) =>
  z
    .strictObject(
      { ...ofClient, ...atLeastAtMost(wholeNumber("a number")) },
      {
        error: "expected {at-least: 1} or {at-most: 0}",
      },
    )
    .optional()
    .describe(what);
const resyncBound = (what: string) =>
  z
    .strictObject({
      of: names.optional().describe("Only those of these replicas."),
      after: word("the name of a step").optional().describe("Only from a step on."),
      ...writesBound,
    })
    .optional()
    .describe(what);

/** From when on, until when and how often something is to happen. */
const inTime = {
  after: word("the name of a step")
    .optional()
    .describe("Counted from this step on; by default from the start."),
  within: duration.optional().describe("And no later than so long after that."),
  times: z
    .union([wholeNumber("a number"), z.strictObject(writesBound)], {
      error: "expected a number, or {at-least: 1}",
    })
    .optional()
    .describe("How often; at least once by default, 0 for never."),
};

/** Each of these is a claim; an element of `expect` has exactly one. */
export const expectations = {
  master: z
    .union(
      [
        z.string(),
        z.strictObject({
          is: names.optional().describe("One of these."),
          not: names.optional().describe("None of these."),
        }),
      ],
      { error: "expected a node, or {is: [r2, r3]} or {not: r1}" },
    )
    .optional()
    .describe("Who is master at the end: a node, one of several, or not one of several."),
  event: z
    .strictObject(
      {
        channel: text("a Sentinel's event such as +switch-master").describe("Its name."),
        payload: text("a pattern")
          .optional()
          .describe(`A pattern for its payload; ${patternNote}.`),
        node: names.optional().describe("Published by one of these."),
        ...inTime,
      },
      { error: "expected {channel: +switch-master, within: 10s}" },
    )
    .optional()
    .describe("Sentinels publish an event, in time, so often, or never."),
  log: z
    .strictObject(
      {
        line: text("a pattern").describe(
          `A pattern for the whole line, without its date; ${patternNote}.`,
        ),
        node: names.optional().describe("In the log of one of these."),
        ...inTime,
      },
      { error: "expected {line: 'MASTER <-> REPLICA sync: Finished*', node: r2}" },
    )
    .optional()
    .describe("A node logs a line, in time, so often, or never; Sentinels log their events, too."),
  outage: z
    .strictObject(
      { ...ofClient, ...atLeastAtMost(duration, "time") },
      { error: "expected {at-most: 7s}" },
    )
    .optional()
    .describe("The longest time between two acknowledged writes of a client."),
  lost: counted("Acknowledged writes that the surviving master does not have at the end."),
  acknowledged: counted("Operations that clients know to have happened."),
  failed: counted("Operations that clients know not to have happened."),
  unknown: counted("Operations of which clients know neither."),
  "two-masters": z
    .strictObject(atLeastAtMost(duration, "time"), { error: "expected {at-most: 0s}" })
    .optional()
    .describe("Time in which two servers of one group ran as masters."),
  agreement: z
    .boolean({ error: "expected true or false" })
    .optional()
    .describe(
      "At the end all Sentinels name one master and all replicas follow it with equal data.",
    ),
  shows: z
    .strictObject(
      {
        step: word("the name of a step").describe("A step with `command` or `look`."),
        node: names.optional().describe("Only on these nodes."),
        contains: oneOrMore.optional().describe("Texts that are there, on each node."),
        lacks: oneOrMore.optional().describe("Texts that are not."),
      },
      { error: "expected {step: info, contains: role:master}" },
    )
    .optional()
    .describe("What an operator's command answered, or a file held."),
  prints: z
    .strictObject(
      {
        ...ofClient,
        line: text("a pattern").describe(`A pattern for a whole line; ${patternNote}.`),
        ...writesBound,
      },
      { error: "expected {line: set foo119 bar119}" },
    )
    .optional()
    .describe("A client prints a line; at least once by default."),
  "full-resyncs": resyncBound("Full resynchronisations that replicas were granted."),
  "partial-resyncs": resyncBound("Partial resynchronisations that replicas were granted."),
};

export const expectationKeys: readonly string[] = Object.keys(expectations);
