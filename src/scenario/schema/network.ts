/** The shape of a link between hosts. */
import * as z from "zod";
import { duration, size, wholeNumber } from "./values.js";

export const linkSettings = {
  latency: duration.optional().describe("Time of a packet from one host to another, one way."),
  jitter: duration.optional().describe("Added to the latency: drawn between 0 and this."),
  bandwidth: size
    .optional()
    .describe("Bytes a second in one direction; 0 is unlimited. `100mb`, `125000000`."),
  loss: z
    .union([z.number().min(0).max(1_000_000), z.string().regex(/^\d+(\.\d+)? ?(%|ppm)$/)], {
      error: "expected a share of packets such as 0.1% or 500ppm",
    })
    .refine((share) => Number.parseFloat(String(share)) <= (/%$/.test(String(share)) ? 100 : 1e6), {
      error: "expected a share of packets of at most 100%",
    })
    .optional()
    .describe("Share of packets lost (`0.1%`, `500ppm`); on a stream a loss is a delay."),
  tail: z
    .array(
      z
        .strictObject({
          weight: wholeNumber("a weight").describe("How often, in relation to the others."),
          added: duration.describe("Added to the latency."),
        })
        .optional(),
    )
    .optional()
    .describe("Rare long delays: a table from which each packet draws one by weight."),
};

const directionError = "expected both, to or from";
export const direction = z
  .enum(["both", "to", "from"], { error: directionError })
  .optional()
  .describe(
    "Which way, seen from the first hosts: `both` (default), only `to` the others, or only `from` them.",
  );

export type RawLinkSettings = {
  readonly [Key in keyof typeof linkSettings]?: z.infer<(typeof linkSettings)[Key]> | undefined;
};
