/** The shape of what happens: when a step acts, and the one thing that it does. */
import * as z from "zod";
import { direction, linkSettings } from "./network.js";
import {
  drift,
  duration,
  oneOrMore,
  patternNote,
  selector,
  span,
  text,
  version,
  wholeNumber,
  word,
} from "./values.js";

const triggerObject = z.strictObject({
  event: text("a Sentinel's event such as +switch-master")
    .optional()
    .describe("An event that a Sentinel publishes, such as `+switch-master`."),
  payload: text("a pattern")
    .optional()
    .describe(`With \`event\`: a pattern for its payload; ${patternNote}.`),
  log: text("a pattern").optional().describe(`A line of a log; ${patternNote}.`),
  role: z
    .enum(["master", "replica"], { error: "expected master or replica" })
    .optional()
    .describe("A server takes this role."),
  link: z
    .enum(["up", "down"], { error: "expected up or down" })
    .optional()
    .describe("A replica's link with its master comes up or goes down."),
  acknowledged: text("a pattern for a key")
    .optional()
    .describe(`A client's operation on a key that fits is acknowledged; ${patternNote}.`),
  failed: text("a pattern for a key").optional().describe("The same for an operation that failed."),
  node: z
    .union([z.string(), z.array(z.string())], { error: "expected a name, or a list of names" })
    .optional()
    .describe("Only where one of these (nodes or clients) says it."),
  count: wholeNumber("how many times", 1)
    .optional()
    .describe("Only the so-manieth time; 1 by default."),
});

export const trigger = z.union([z.string(), triggerObject], {
  error: "expected settled, the name of a step, or an event such as {event: +switch-master}",
});

const command = z.strictObject(
  {
    on: selector.describe("The nodes it is sent to."),
    send: oneOrMore.describe("What the operator types: lines as in redis-cli, one session."),
    password: text("a password").optional().describe("Given to AUTH before the first line."),
  },
  { error: "expected {on: r1, send: INFO replication}" },
);

const look = z.union(
  [
    selector,
    z.strictObject({
      on: selector.describe("The nodes whose file is shown."),
      file: text("a path")
        .optional()
        .describe("A path on its disk; by default its configuration file."),
    }),
  ],
  { error: "expected the nodes whose file is shown, or {on: s1, file: /path}" },
);

const between = { to: selector.optional().describe("The other hosts; by default all others.") };
const on = <Shape extends z.ZodRawShape>(shape: Shape, what: string) =>
  z.strictObject(shape, { error: `expected ${what}` });

/** Each of these is a thing to do; a step has exactly one. */
const actions = {
  kill: selector
    .optional()
    .describe("The process ends at once (SIGKILL). `for`: it is started again."),
  terminate: selector
    .optional()
    .describe(
      "The process is asked to shut down (SIGTERM). `for`: it is started again so long after it has ended.",
    ),
  restart: selector.optional().describe("The process is started again."),
  install: on(
    {
      on: selector.describe("The nodes that are upgraded, or downgraded."),
      version: version.describe("The version of Redis that their next start runs."),
    },
    "{on: r2, version: 7.0}",
  )
    .optional()
    .describe(
      "Another version of Redis lies ready; the process goes on as it is until it is started again.",
    ),
  pause: selector.optional().describe("SIGSTOP. `for`: SIGCONT follows."),
  resume: selector.optional().describe("SIGCONT."),
  "power-off": selector.optional().describe("The machine loses power; peers hear nothing."),
  "power-on": selector.optional().describe("The machine boots and its nodes start."),
  cut: on(
    {
      from: selector.describe("Hosts, or nodes for the hosts they run on."),
      ...between,
      direction,
      mode: z
        .enum(["drop", "reject"], { error: "expected drop or reject" })
        .optional()
        .describe("What a firewall does with packets: `drop` (default), or `reject`."),
    },
    "{from: r1, to: r2}",
  )
    .optional()
    .describe("No packet passes between these hosts. `for`: the cut is healed."),
  isolate: selector.optional().describe("A host is cut off from everybody."),
  heal: text("all, or the name of the step that cut")
    .optional()
    .describe("`all`, or the name of a step whose cut is healed."),
  slow: on(
    { from: selector.describe("Hosts."), ...between, direction, ...linkSettings },
    "{from: r1, latency: 200ms}",
  )
    .optional()
    .describe("Links change for the worse (or better). `for`: they are restored."),
  restore: on({ from: selector.describe("Hosts."), ...between }, "{from: r1, to: r2}")
    .optional()
    .describe("Links are as the scenario set them up."),
  skew: on(
    {
      on: selector.describe("Hosts."),
      offset: text("an offset such as 250ms or -2s")
        .optional()
        .describe("How far off; may be negative."),
      drift: drift.optional().describe("Parts per million fast; may be negative."),
    },
    "{on: s1, offset: 2s}",
  )
    .optional()
    .describe("A wall clock is off, or runs fast. `for`: it is exact again."),
  unskew: selector.optional().describe("The clock is exact again."),
  jump: on(
    {
      on: selector.describe("Hosts."),
      by: text("an offset such as 5s or -2s").describe("How far; may be negative."),
    },
    "{on: s1, by: -2s}",
  )
    .optional()
    .describe("A wall clock jumps. `for`: it jumps back."),
  "fill-disk": selector.optional().describe("The disk is full. `for`: it is freed."),
  "free-disk": selector.optional().describe("There is room on the disk again."),
  "fill-memory": selector
    .optional()
    .describe(
      "fork() fails, as where memory may not be overcommitted: no BGSAVE, no rewrite of the AOF, no full resync, no script of a Sentinel. `for`: some is freed.",
    ),
  "free-memory": selector.optional().describe("There is memory for a fork again."),
  "slow-disk": on(
    {
      on: selector.describe("Hosts."),
      factor: wholeNumber("how many times as long", 1)
        .optional()
        .describe("How many times as long everything takes."),
      added: duration.optional().describe("Added to each fsync."),
    },
    "{on: s1, added: 2s}",
  )
    .optional()
    .describe("The disk is slow. `for`: it is restored."),
  "restore-disk": selector.optional().describe("The disk is as fast as ever."),
  "wipe-disk": on(
    {
      on: selector.describe("Hosts."),
      under: text("a path").optional().describe("Only files under this path."),
    },
    "{on: r1, under: /var/lib/redis}",
  )
    .optional()
    .describe("Files are gone for good."),
  starve: on(
    { on: selector.describe("Hosts."), time: duration.describe("For how long.") },
    "{on: r1, time: 3s}",
  )
    .optional()
    .describe("A host's processes get no time (swap storm, noisy neighbour)."),
  unresolve: text("a name").optional().describe("A name no longer resolves. `for`: it does again."),
  resolve: on(
    {
      name: text("a name").describe("The name."),
      ip: text("an address").optional().describe("Its new address."),
    },
    "{name: redis-1, ip: 10.0.0.9}",
  )
    .optional()
    .describe("A name resolves again, or to another address."),
  command: command
    .optional()
    .describe("An operator's session with redis-cli, on the node's own machine."),
  look: look.optional().describe("An operator looks at a file."),
};

export const actionKeys: readonly string[] = Object.keys(actions);

export const step = z.strictObject(
  {
    name: word("a name")
      .optional()
      .describe("Names it for `after`, `as`, `heal` and expectations."),
    at: span.optional().describe("When: so long after the start of the run."),
    after: trigger
      .optional()
      .describe(
        "When: `settled` (every Sentinel knows all others and every replica, all links are up), the name of a step, or an event.",
      ),
    wait: span.optional().describe("So long after that."),
    for: span.optional().describe("Undone after so long."),
    repeat: z
      .strictObject({
        times: wholeNumber("how many times", 1).describe("How often in all."),
        every: span.describe("From one to the next."),
      })
      .optional()
      .describe("Done again and again."),
    ...actions,
  },
  { error: "expected a step: a mapping such as {at: 10s, kill: the master}" },
);

export type RawStep = z.infer<typeof step>;
export type RawTrigger = z.infer<typeof trigger>;
