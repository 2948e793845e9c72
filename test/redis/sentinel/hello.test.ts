import { describe, expect, test } from "vitest";
import type { Version } from "../../../src/redis/version.js";
import { World } from "./world.js";

const alpha = "e".repeat(40);
const beta = "f".repeat(40);

function settled(version: Version = "7.0", config: readonly string[] = []): World {
  const world = new World({ version, sentinels: 1, config });
  world.run(5_000);
  return world;
}

function hello(address: string, id: string, rest = "0,mymaster,10.0.0.1,6379,0"): string {
  return `PUBLISH __sentinel__:hello ${address.replace(":", ",")},${id},${rest}`;
}

/** The events that these hellos cause, said to a settled Sentinel one after the other. */
function causedBy(version: Version, config: readonly string[], ...hellos: readonly string[]) {
  const world = settled(version, config);
  const before = world.eventsOf("s1").length;
  world.command("s1", ...hellos);
  return world.eventsOf("s1").slice(before);
}

const at = "@ mymaster 10.0.0.1 6379";

describe("a hello", () => {
  // sentinelSendHello(): eight tokens; due more than 2 s after the last that was acknowledged.
  test("is published on every instance every two seconds", () => {
    const world = settled();
    world.run(60_000);

    const said = world.asked("r1", "PUBLISH");
    const [, channel, text] = said[0]?.args ?? [];
    expect(channel).toBe("__sentinel__:hello");
    expect(text).toBe(`10.0.1.1,26379,${"a".repeat(40)},0,mymaster,10.0.0.1,6379,0`);
    said.slice(1).forEach((one, i) => {
      const gap = one.at - (said[i]?.at ?? 0);
      expect(gap).toBeGreaterThan(2_000);
      expect(gap).toBeLessThan(2_110);
    });
  });

  test("announces announce-ip and announce-port where they are set", () => {
    const world = settled("7.0", ["sentinel announce-ip 1.2.3.4", "sentinel announce-port 7"]);

    expect(world.asked("r2", "PUBLISH")[0]?.args[2]).toMatch(/^1\.2\.3\.4,7,/);
  });

  // sentinelProcessHelloMessage()
  test("makes another Sentinel known, once", () => {
    const one = hello("10.0.1.7:26379", alpha);

    expect(causedBy("7.0", [], one, one)).toEqual([
      `+sentinel sentinel ${alpha} 10.0.1.7 26379 ${at}`,
    ]);
  });

  test("of another shape or an unknown master is ignored", () => {
    const other = hello("10.0.1.7:26379", alpha, "9,other,10.0.0.1,6379,0");

    expect(causedBy("7.0", [], other, "PUBLISH __sentinel__:hello a,b,c")).toEqual([]);
  });

  test("from a new address moves the Sentinel there", () => {
    const first = hello("10.0.1.7:26379", alpha);
    const second = hello("10.0.1.8:26379", alpha);

    expect(causedBy("7.0", [], first, second)).toEqual([
      `+sentinel sentinel ${alpha} 10.0.1.7 26379 ${at}`,
      `+sentinel-address-switch master mymaster 10.0.0.1 6379 ip 10.0.1.8 port 26379 for ${alpha}`,
    ]);
  });

  // hello_6.2.1.txt and hello_7.0.15.txt: an address taken over by another id.
  test("with another's address leaves that one without an address in 6.2, and removes it later", () => {
    const known = (version: Version): readonly string[] => {
      const world = settled(version);
      world.command("s1", hello("10.0.1.7:26379", alpha), hello("10.0.1.7:26379", beta));
      expect(world.eventsOf("s1").slice(-2)).toEqual([
        `+sentinel-invalid-addr sentinel ${alpha} 10.0.1.7 26379 ${at}`,
        `+sentinel sentinel ${beta} 10.0.1.7 26379 ${at}`,
      ]);
      const { records } = world.master("s1").sentinels;
      return records.map(({ name, address }) => `${name[0]} ${address.port}`).sort();
    };

    expect(known("6.2")).toEqual(["e 0", "f 26379"]);
    expect(known("7.0")).toEqual(["f 26379"]);
  });

  test("raises the epoch, and an address of a newer configuration is taken over at once", () => {
    const newer = hello("10.0.1.7:26379", alpha, "4,mymaster,10.0.0.2,6379,4");
    const events = causedBy("7.0", [], newer);

    expect(events.slice(0, 4)).toEqual([
      `+sentinel sentinel ${alpha} 10.0.1.7 26379 ${at}`,
      "+new-epoch 4",
      `+config-update-from sentinel ${alpha} 10.0.1.7 26379 ${at}`,
      "+switch-master mymaster 10.0.0.1 6379 10.0.0.2 6379",
    ]);
    // Those that are left in table order, the old master last.
    expect(events.slice(4, 6)).toEqual([
      "+slave slave 10.0.0.3:6379 10.0.0.3 6379 @ mymaster 10.0.0.2 6379",
      "+slave slave 10.0.0.1:6379 10.0.0.1 6379 @ mymaster 10.0.0.2 6379",
    ]);
  });

  test("with the same address and a newer configuration changes only the configuration epoch", () => {
    const world = settled();
    const newer = hello("10.0.1.7:26379", alpha, "0,mymaster,10.0.0.1,6379,4");
    world.command("s1", newer);

    expect(world.master("s1").configEpoch).toBe(4);
    expect(world.when("s1", "+config-update-from")).toBeUndefined();
    expect(world.config("s1")).toContain("sentinel config-epoch mymaster 0\n");
  });

  // sentinelTryConnectionSharing(), sentinelUpdateSentinelAddressInAllMasters()
  test("under a second master shares the link of the same Sentinel", () => {
    const world = settled("7.0", ["sentinel monitor other 10.0.0.2 6379 1"]);
    world.command(
      "s1",
      hello("10.0.1.7:26379", alpha),
      hello("10.0.1.7:26379", alpha, "0,other,10.0.0.2,6379,0"),
    );
    const [one, two] = world
      .state("s1")
      .masters.records.map((master) => master.sentinels.get(alpha));

    expect(one?.link).toBe(two?.link);
    expect(one?.link.refcount).toBe(2);

    world.command("s1", hello("10.0.1.8:26379", alpha));
    expect(world.eventsOf("s1").at(-1)).toBe(
      `+sentinel-address-update sentinel ${alpha} 10.0.1.8 26379 ${at} 1 additional matching instances`,
    );
    expect(one?.address.ip === "10.0.1.8" || two?.address.ip === "10.0.1.8").toBe(true);
  });
});
