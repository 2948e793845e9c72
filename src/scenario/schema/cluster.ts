/** The shape of hosts and nodes, and of the configuration lines that a scenario gives them. */
import * as z from "zod";
import { drift, duration, port, size, span, text, version, wholeNumber, word } from "./values.js";

/** A slip of the finger (`replicas: 20000`) is told, and not simulated for an hour. */
const nodesMax = 1_000;

const directiveValue = z.union([z.string(), z.number(), z.boolean()], {
  error: "expected the value of a directive",
});
export const directives = z.record(
  z.string(),
  z.union([directiveValue, z.array(directiveValue)], {
    error: "expected the value of a directive, or a list for one that is written several times",
  }),
);

export const host = z.strictObject(
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
        drift: drift
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

export const scripts = z.record(
  z.string(),
  z.strictObject(
    {
      exit: wholeNumber("an exit code")
        .max(255, { error: "expected an exit code up to 255" })
        .optional()
        .describe("The code it exits with: 0 (default) is done, 1 is tried again."),
      takes: duration.optional().describe("How long it runs; 10ms by default."),
    },
    { error: "expected a script: a mapping such as {exit: 0, takes: 100ms}" },
  ),
  { error: "expected scripts by path" },
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
      .describe(
        "Other files on its disk at the start: path and text; what its configuration includes, for one.",
      ),
    scripts: scripts.optional().describe("Scripts on its disk that a Sentinel may run, by path."),
    "restart-after": duration
      .optional()
      .describe(
        "A supervisor starts its process again so long after each end; without it nobody does.",
      ),
  },
  { error: "expected a node: a mapping such as {config: redis.conf} or {port: 6380}" },
);

export const nodes = z
  .object(
    {
      replicas: wholeNumber("how many replicas", 0, nodesMax)
        .optional()
        .describe("Short form: replicas of each master."),
      sentinels: wholeNumber("how many Sentinels", 0, nodesMax)
        .optional()
        .describe("Short form: Sentinels; they watch every master."),
      masters: wholeNumber("how many masters", 1, nodesMax)
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

export type RawNode = z.infer<typeof node>;
export type RawHost = z.infer<typeof host>;
export type RawDirectives = z.infer<typeof directives>;
