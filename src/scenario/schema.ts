/**
 * The shape of a scenario file: every key, with the sentence that editors, `docs/scenarios.md` and
 * messages show for it. What a shape cannot say (names that exist, ports that are free) is checked by
 * the readers beside it.
 *
 * Elements of lists may be absent only so that a list is still read when one of them is wrong.
 */
import * as z from "zod";
import { client } from "./schema/clients.js";
import { directives, host, nodes, scripts } from "./schema/cluster.js";
import { expectations } from "./schema/expectations.js";
import { direction, linkSettings } from "./schema/network.js";
import { step } from "./schema/steps.js";
import { duration, selector, text, version } from "./schema/values.js";

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
        .describe("Lines of every redis.conf, behind those of its file, by Redis's names."),
      sentinel: directives
        .optional()
        .describe(
          "Lines of every sentinel.conf, behind those of its file: `down-after-milliseconds`, ...",
        ),
      scripts: scripts
        .optional()
        .describe(
          "Scripts on the disk of every Sentinel, by path, for notification-script and client-reconfig-script.",
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
export type RawExpectation = NonNullable<NonNullable<RawScenario["expect"]>[number]>;

/** JSON Schema for editors (`redsim schema`). */
export function jsonSchema(): object {
  return z.toJSONSchema(scenarioSchema, { io: "input" });
}
