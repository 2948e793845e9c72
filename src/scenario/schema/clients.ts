/** The shape of an application that uses the cluster, and of what it does. */
import * as z from "zod";
import { trigger } from "./steps.js";
import { duration, names, span, text, wholeNumber, word } from "./values.js";

const workloadFields = z.strictObject(
  {
    operation: z
      .enum(["write", "read"], { error: "expected write or read" })
      .optional()
      .describe("`write` (SET, the default) or `read` (GET)."),
    from: z
      .enum(["master", "replica"], { error: "expected master or replica" })
      .optional()
      .describe("Where it goes: `master`, and for reads `replica` by default."),
    every: duration
      .optional()
      .describe(
        "One at a time, begun so long after the last began, or at once when that took longer; 100ms.",
      ),
    pause: duration
      .optional()
      .describe("Closed loop: each worker begins so long after its last one ended."),
    workers: wholeNumber("a number of workers", 1)
      .optional()
      .describe("With `pause`: how many at once; 1 by default."),
    rate: wholeNumber("operations a second", 1)
      .optional()
      .describe("Open loop: so many operations a second, whatever becomes of them."),
    key: text("a key").optional().describe("Its key; `{i}` is a number. `k{i}` by default."),
    value: text("a value")
      .optional()
      .describe("Its value; `{i}` is the operation's number. `{i}` by default."),
    choice: z
      .enum(["next", "last", "drawn"], { error: "expected next, last or drawn" })
      .optional()
      .describe(
        "The number in the key: the operation's own (`next`), that of the last acknowledged write (`last`, for reads), or `drawn`.",
      ),
    keys: wholeNumber("a number of keys", 1)
      .optional()
      .describe("With `drawn`: from so many; by default from those written so far."),
    start: duration.optional().describe("So long after the client's start."),
    stop: duration.optional().describe("Nothing new begins this long after the client's start."),
    count: wholeNumber("a number", 1).optional().describe("How many operations in all."),
    "pause-after-error": duration
      .optional()
      .describe("Instead of the usual pause, after an error."),
    print: z
      .boolean({ error: "expected true or false" })
      .optional()
      .describe("The application prints a line for each."),
  },
  { error: "expected a workload such as {every: 100ms}" },
);

const workload = z.union(
  [
    z.literal("walkthrough", {
      error: "expected a workload such as {every: 100ms}, or walkthrough",
    }),
    workloadFields,
    z.array(workloadFields.optional()),
  ],
  { error: "expected a workload such as {every: 100ms}, a list of them, or walkthrough" },
);

export const client = z.strictObject(
  {
    policy: z
      .enum(["redis-py", "ioredis", "naive"], { error: "expected redis-py, ioredis or naive" })
      .optional()
      .describe("How its library finds the master and what it does after an error; `redis-py`."),
    host: word("the name of a host")
      .optional()
      .describe("The machine it runs on; by default its own."),
    master: word("a master's name")
      .optional()
      .describe("The name it asks the Sentinels for; by default the only one."),
    sentinels: names.optional().describe("The Sentinels it knows, in its order; all by default."),
    server: word("the name of a server")
      .optional()
      .describe("`naive`: the server whose address it keeps; the first master by default."),
    password: text("a password").optional().describe("The servers' password."),
    database: wholeNumber("the number of a database")
      .optional()
      .describe("The database it selects."),
    timeout: duration.optional().describe("How long an answer or a connection may take; 500ms."),
    "sentinel-timeout": duration.optional().describe("The same towards Sentinels; 500ms."),
    start: trigger
      .optional()
      .describe(
        "When it begins: a duration from the start of the run, or as `after` of a step; `settled` by default.",
      ),
    wait: span.optional().describe("So long after that."),
    threads: wholeNumber("a number of threads", 1)
      .optional()
      .describe(
        "`redis-py` and `naive`: operations at once, each with connections of its own; by default what the workloads need.",
      ),
    workload: workload
      .optional()
      .describe(
        "What the application does; a write of `k{i}` every 100 ms by default. `walkthrough` is the published script.",
      ),
  },
  { error: "expected a client: a mapping such as {policy: redis-py}" },
);

export type RawClient = z.infer<typeof client>;
export type RawWorkload = z.infer<typeof workloadFields>;
