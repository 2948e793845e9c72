/**
 * The shape of a scenario file: every key, with the sentence that editors, `docs/scenarios.md` and
 * messages show for it. What a shape cannot say (names that exist, ports that are free) is checked by
 * the readers beside it.
 *
 * Error texts begin with what was expected; the reader adds what was found. Elements of lists may be
 * absent only so that a list is still read when one of them is wrong.
 */
import * as z from "zod";
import { versions } from "../redis/version.js";
import { durationPattern, sizePattern, spanPattern } from "./duration.js";

const text = (what: string) => z.string({ error: `expected ${what}` });
const word = (what: string) =>
  text(what).regex(/^[A-Za-z_][\w.-]*$/, { error: `expected ${what}` });
const wholeNumber = (what: string, least = 0) =>
  z.int({ error: `expected ${what}` }).min(least, { error: `expected ${what}` });

const durationError = "expected a duration such as 500ms, 1.5s or 2m";
const duration = z
  .string({ error: durationError })
  .regex(durationPattern, { error: durationError });
const spanError = "expected a duration such as 1.5s, or a range such as 1s..3s";
const span = z.string({ error: spanError }).regex(spanPattern, { error: spanError });
const sizeError = "expected a number of bytes such as 4096, 16kb or 1gb";
const size = z.union([z.int().min(0), z.string().regex(sizePattern, { error: sizeError })], {
  error: sizeError,
});
const port = z
  .int({ error: "expected a port from 1 to 65535" })
  .min(1, { error: "expected a port from 1 to 65535" })
  .max(65_535, { error: "expected a port from 1 to 65535" });

/** YAML reads `7.0` as a number. */
const version = z.union(
  [z.enum(versions as [string, ...string[]]), z.literal(versions.map(Number))],
  {
    error: `expected one of the versions ${versions.join(", ")}`,
  },
);

const selectorError = "expected a name, a selector such as the master, or a list of them";
const selector = z.union([z.string(), z.array(z.string())], { error: selectorError });
const patternNote = "`*` stands for anything, `?` for one character";

const directiveValue = z.union([z.string(), z.number(), z.boolean()], {
  error: "expected the value of a directive",
});
const directives = z.record(
  z.string(),
  z.union([directiveValue, z.array(directiveValue)], {
    error: "expected the value of a directive, or a list for one that is written several times",
  }),
);

const linkSettings = {
  latency: duration.optional().describe("Time of a packet from one host to another, one way."),
  jitter: duration.optional().describe("Added to the latency: drawn between 0 and this."),
  bandwidth: size
    .optional()
    .describe("Bytes a second in one direction; 0 is unlimited. `100mb`, `125000000`."),
  loss: z
    .union([z.number().min(0), z.string().regex(/^\d+(\.\d+)? ?(%|ppm)$/)], {
      error: "expected a share of packets such as 0.1% or 500ppm",
    })
    .optional()
    .describe("Share of packets lost (`0.1%`, `500ppm`); on a stream a loss is a delay."),
  tail: z
    .array(
      z
        .strictObject({
          weight: wholeNumber("a whole number").describe("How often, in relation to the others."),
          added: duration.describe("Added to the latency."),
        })
        .optional(),
    )
    .optional()
    .describe("Rare long delays: a table from which each packet draws one by weight."),
};

const directionError = "expected both, to or from";
const direction = z
  .enum(["both", "to", "from"], { error: directionError })
  .optional()
  .describe(
    "Which way, seen from the first hosts: `both` (default), only `to` the others, or only `from` them.",
  );

const host = z.strictObject(
  {
    ip: z
      .union([z.string(), z.array(z.string())], { error: "expected an IP address, or a list" })
      .optional()
      .describe("Its address, or addresses; the first is where its nodes connect from."),
    segment: word("the name of a network segment")
      .optional()
      .describe(
        "Hosts on one segment learn after about 3 s that another is gone (no route to host).",
      ),
    clock: z
      .strictObject({
        offset: text("an offset such as 250ms or -2s")
          .regex(/^-?\d+(\.\d+)? ?(us|µs|ms|s|m|min|h|d)$/, {
            error: "expected an offset such as 250ms or -2s",
          })
          .optional()
          .describe("How far its wall clock is off from the start on; may be negative."),
        drift: z
          .int({ error: "expected parts per million" })
          .optional()
          .describe("Parts per million by which its clock runs fast; may be negative."),
      })
      .optional()
      .describe("Its wall clock, where that is not exact."),
    lateness: span
      .optional()
      .describe("How late a process wakes after a timeout of epoll; drawn for each."),
    disk: z
      .strictObject({
        rate: size.optional().describe("Bytes a second."),
        sync: duration.optional().describe("Time an fsync takes."),
        capacity: size.optional().describe("Bytes it holds; 0 is unlimited."),
      })
      .optional()
      .describe("Its disk."),
    machine: z
      .strictObject({
        command: duration.optional().describe("Time one ordinary command takes."),
        "fork-per-gib": duration
          .optional()
          .describe("How long fork() blocks the process for each GiB in use."),
        "save-rate": size.optional().describe("Bytes a second at which a dataset is serialised."),
        "load-rate": size.optional().describe("Bytes a second at which a dataset is loaded."),
        "flush-rate": size.optional().describe("Bytes a second at which a dataset is freed."),
        "child-min": duration.optional().describe("Least time a child process takes."),
        "child-max": duration.optional().describe("Most time an idle child process takes."),
      })
      .optional()
      .describe("How fast the machine is; the defaults fit recordings of real clusters."),
  },
  { error: "expected a host: a mapping such as {ip: 10.0.0.5}" },
);

const node = z.strictObject(
  {
    kind: z
      .enum(["server", "sentinel"], { error: "expected server or sentinel" })
      .optional()
      .describe("What it is; told from its configuration file where it has one."),
    config: text("the path of a redis.conf or sentinel.conf")
      .optional()
      .describe("Its configuration file, relative to the scenario."),
    host: word("the name of a host")
      .optional()
      .describe("The machine it runs on; by default one of its own, with the node's name."),
    port: port.optional().describe("Where its configuration does not say: 6379, or 26379."),
    version: version.optional().describe("Its version of Redis, where that is not the scenario's."),
    start: span
      .optional()
      .describe(
        "When its process starts; servers within the first 2 ms, Sentinels a second later.",
      ),
    replicaof: word("the name of a node")
      .optional()
      .describe("The node it replicates at first (short form: the master)."),
    directives: directives
      .optional()
      .describe("Lines added to its configuration, by Redis's names."),
    data: z
      .strictObject({
        keys: wholeNumber("a number of keys").optional().describe("How many keys."),
        bytes: size.optional().describe("What they take in memory and in an RDB file."),
      })
      .optional()
      .describe("Ballast: a dataset it starts with, which is counted but never allocated."),
    files: z
      .record(z.string(), z.string({ error: "expected the text of a file" }))
      .optional()
      .describe("Other files on its disk at the start: path and text."),
    "restart-after": duration
      .optional()
      .describe(
        "A supervisor starts its process again so long after each end; without it nobody does.",
      ),
  },
  { error: "expected a node: a mapping such as {config: redis.conf} or {port: 6380}" },
);

const nodes = z
  .object(
    {
      replicas: wholeNumber("how many replicas")
        .optional()
        .describe("Short form: replicas of each master."),
      sentinels: wholeNumber("how many Sentinels")
        .optional()
        .describe("Short form: Sentinels; they watch every master."),
      masters: wholeNumber("how many masters", 1)
        .optional()
        .describe("Short form: masters, each with replicas of its own; 1 by default."),
      quorum: wholeNumber("a quorum", 1)
        .optional()
        .describe("Short form: the quorum; by default the majority of the Sentinels."),
      name: word("a master's name")
        .optional()
        .describe("Short form: the name under which the Sentinels watch the master; `mymaster`."),
    },
    { error: "expected nodes: the short form {replicas: 2, sentinels: 3}, or nodes by name" },
  )
  .catchall(node.describe("A node; the name is yours."));

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

const trigger = z.union([z.string(), triggerObject], {
  error: "expected settled, the name of a step, or an event such as {event: +switch-master}",
});

const oneOrMore = z.union([z.string(), z.array(z.string())], {
  error: "expected a text, or a list of texts",
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
  terminate: selector.optional().describe("The process is asked to shut down (SIGTERM)."),
  restart: selector.optional().describe("The process is started again."),
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
      drift: z
        .int({ error: "expected parts per million" })
        .optional()
        .describe("Parts per million fast; may be negative."),
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
  "slow-disk": on(
    {
      on: selector.describe("Hosts."),
      factor: wholeNumber("a whole number", 1)
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

const step = z.strictObject(
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

const atLeastAtMost = <Value extends z.ZodType>(value: Value, what: string) => ({
  "at-least": value.optional().describe(`No less ${what} than this.`),
  "at-most": value.optional().describe(`No more ${what} than this.`),
});
const writesBound = atLeastAtMost(wholeNumber("a number"), "");
const ofClient = { client: word("the name of a client").optional().describe("Only this client.") };
const counted = (what: string) =>
  z
    .strictObject(
      { ...ofClient, ...atLeastAtMost(wholeNumber("a number"), "") },
      {
        error: "expected {at-least: 1} or {at-most: 0}",
      },
    )
    .optional()
    .describe(what);
const names = z.union([z.string(), z.array(z.string())], {
  error: "expected a name, or a list of names",
});
const resyncBound = (what: string) =>
  z
    .strictObject({
      of: names.optional().describe("Only those of these replicas."),
      after: word("the name of a step").optional().describe("Only from a step on."),
      ...writesBound,
    })
    .optional()
    .describe(what);

/** Each of these is a claim; an element of `expect` has exactly one. */
const expectations = {
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
      },
      { error: "expected {channel: +switch-master, within: 10s}" },
    )
    .optional()
    .describe("Sentinels publish an event, in time, so often, or never."),
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

const client = z.strictObject(
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

export const scenarioSchema = z
  .strictObject(
    {
      title: text("a title").optional().describe("One line; shown by `redsim list`."),
      prose: text("a text")
        .optional()
        .describe(
          "What happens and what to notice; by default the comment at the top of the file.",
        ),
      version: version
        .optional()
        .describe("The version of Redis: `6.2`, `7.0` or `7.2`; `7.2` by default."),
      seed: z
        .union([z.string(), z.int()], { error: "expected a seed: a number or a word" })
        .optional()
        .describe("The seed of a run for which none is given; 1 by default."),
      duration: duration.describe("How long the run lasts, in virtual time."),
      hosts: z
        .record(z.string(), host, { error: "expected hosts by name" })
        .optional()
        .describe("Machines, by name; a node or client that names none has its own."),
      network: z
        .strictObject({
          default: z
            .strictObject(linkSettings)
            .optional()
            .describe("Every link of which nothing else is said."),
          links: z
            .array(
              z
                .strictObject({
                  from: selector.describe("Hosts, or nodes for the hosts they run on."),
                  to: selector.optional().describe("The other end; by default all others."),
                  direction,
                  ...linkSettings,
                })
                .optional(),
            )
            .optional()
            .describe("Links that differ from the default, in order; the last that fits counts."),
        })
        .optional()
        .describe("The network between the hosts."),
      names: z
        .record(
          z.string(),
          z.string({ error: "expected an address, or the name of a host or node" }),
        )
        .optional()
        .describe(
          "Host names that resolve: each with an address, or the host or node it belongs to.",
        ),
      nodes: nodes.describe(
        "The short form, or nodes by name, or both: what is named as in the short form changes it.",
      ),
      server: directives
        .optional()
        .describe("Lines of every redis.conf that the short form writes, by Redis's names."),
      sentinel: directives
        .optional()
        .describe(
          "Lines of every sentinel.conf that the short form writes: `down-after-milliseconds`, ...",
        ),
      clients: z
        .record(z.string(), client, { error: "expected clients by name" })
        .optional()
        .describe("Applications that use the cluster, by name."),
      steps: z
        .array(step.optional(), { error: "expected a list of steps" })
        .optional()
        .describe("What happens to the cluster."),
      expect: z
        .array(
          z
            .strictObject(expectations, { error: "expected a claim such as {master: r2}" })
            .optional(),
          { error: "expected a list of claims" },
        )
        .optional()
        .describe("What must come out."),
    },
    { error: "expected a scenario: a mapping with duration, nodes, steps" },
  )
  .describe("A scenario of redsim.");

export type RawScenario = z.infer<typeof scenarioSchema>;
export type RawNode = z.infer<typeof node>;
export type RawHost = z.infer<typeof host>;
export type RawStep = z.infer<typeof step>;
export type RawClient = z.infer<typeof client>;
export type RawWorkload = z.infer<typeof workloadFields>;
export type RawTrigger = z.infer<typeof trigger>;
export type RawDirectives = z.infer<typeof directives>;
export type RawExpectation = NonNullable<NonNullable<RawScenario["expect"]>[number]>;
export type RawLinkSettings = {
  readonly [Key in keyof typeof linkSettings]?: z.infer<(typeof linkSettings)[Key]> | undefined;
};

/** JSON Schema for editors (`redsim schema`). */
export function jsonSchema(): object {
  return z.toJSONSchema(scenarioSchema, { io: "input" });
}
