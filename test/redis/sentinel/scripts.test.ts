import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../src/kernel/time.js";
import { scriptFile } from "../../../src/redis/sentinel/script-file.js";
import { World, type WorldOptions } from "./world.js";

const notify = "/opt/notify.sh";
const reconfigure = "/opt/reconfigure.sh";

/** Sentinels whose scripts exit with this code after so many ms. */
function withScripts(exit: number, takes: number, options: WorldOptions = {}): World {
  const config = [
    `sentinel notification-script mymaster ${notify}`,
    `sentinel client-reconfig-script mymaster ${reconfigure}`,
    ...(options.config ?? []),
  ];
  const script = scriptFile(exit, milliseconds(takes));
  return new World({ ...options, config, files: { [notify]: script, [reconfigure]: script } });
}

function alone(exit: number, takes: number, options: WorldOptions = {}): World {
  const world = withScripts(exit, takes, { sentinels: 1, replicas: 0, quorum: 1, ...options });
  world.run(500);
  return world;
}

/** Jobs as SENTINEL PENDING-SCRIPTS shows them. */
function pending(world: World): Map<string, unknown>[] {
  const [jobs] = world.command("s1", "SENTINEL pending-scripts") as [unknown[][]];
  return jobs.map((fields) => {
    const job = new Map<string, unknown>();
    for (let i = 0; i < fields.length; i += 2) job.set(String(fields[i]), fields[i + 1]);
    return job;
  });
}

function called(world: World, node: string): string[] {
  return world.state(node).scripts.jobs.map(({ args }) => args.join(" "));
}

describe("the notification script of a master", () => {
  // sentinelEvent(): warnings with a master as their subject.
  test("is called for each warning about it, with the event and its payload", () => {
    const world = alone(0, 60_000);

    world.command("s1", "SENTINEL set mymaster quorum 5");
    world.run(300);

    expect(called(world, "s1")).toEqual([
      `${notify} +monitor master mymaster 10.0.0.1 6379 quorum 1`,
      `${notify} +set master mymaster 10.0.0.1 6379 quorum 5`,
    ]);
  });

  test("is not called for notices, nor for what has no master as its subject", () => {
    const world = withScripts(0, 60_000, { sentinels: 1, replicas: 1 });
    world.run(500);

    world.inject({ kind: "pause", node: "s1" });
    world.run(3_000);
    world.inject({ kind: "resume", node: "s1" });
    world.run(500);

    expect(world.eventsOf("s1")).toContain(
      "+slave slave 10.0.0.2:6379 10.0.0.2 6379 @ mymaster 10.0.0.1 6379",
    );
    expect(world.eventsOf("s1")).toContain("+tilt #tilt mode entered");
    expect(called(world, "s1")).toEqual([
      `${notify} +monitor master mymaster 10.0.0.1 6379 quorum 2`,
    ]);
  });
});

describe("the client reconfiguration script of a master", () => {
  // sentinelCallClientReconfScript(): by the leader at the promotion, by the others when they switch.
  test("is told who moved the master from where to where", () => {
    const world = withScripts(0, 60_000, { replicas: 1, sentinels: 3 });
    world.run(5_000);
    world.inject({ kind: "kill", node: "r1", signal: "KILL" });
    world.run(8_000);

    const roles = ["s1", "s2", "s3"].map((node) =>
      called(world, node).filter((line) => line.startsWith(reconfigure)),
    );

    const move = "start 10.0.0.1 6379 10.0.0.2 6379";
    expect(roles.flat().sort()).toEqual([
      `${reconfigure} mymaster leader ${move}`,
      `${reconfigure} mymaster observer ${move}`,
      `${reconfigure} mymaster observer ${move}`,
    ]);
  });
});

describe("a script", () => {
  // sentinelPendingScriptsCommand(), sentinelRunPendingScripts().
  test("runs from the next tick on, and is gone at the first tick after its end", () => {
    const world = alone(0, 2_000);

    const [job] = pending(world);
    const [info] = world.command("s1", "INFO sentinel") as [string];
    world.run(2_000);

    expect([...(job?.keys() ?? [])]).toEqual(["argv", "flags", "pid", "run-time", "retry-num"]);
    expect(job?.get("flags")).toBe("running");
    expect(job?.get("retry-num")).toBe("1");
    expect(info).toContain("sentinel_running_scripts:1\r\nsentinel_scripts_queue_length:1\r\n");
    expect(pending(world)).toEqual([]);
  });

  // sentinelCollectTerminatedScripts(), sentinelScriptRetryDelay(): 30 s, 60 s, 120 s ...
  test("that exits with 1 is tried again, later each time, ten times in all", () => {
    const world = alone(1, 10, { config: ["loglevel debug"] });
    world.command("s1", "SENTINEL debug script-retry-delay 1000");
    world.run(40_000);

    const [job] = pending(world);
    const starts = world.logs.filter((line) => line.startsWith("+script-child")).length;

    expect(job?.get("flags")).toBe("scheduled");
    expect(job?.get("pid")).toBe("0");
    expect([...(job?.keys() ?? [])][3]).toBe("run-delay");
    // 30 s of the first delay, then 2 s and 4 s of a shorter one, and 8 s that are not over.
    expect(starts).toBe(4);
    world.run(1_200_000);
    expect(pending(world)).toEqual([]);
    expect(world.logs.filter((line) => line.startsWith("+script-child"))).toHaveLength(10);
    expect(world.eventsOf("s1").at(-1)).toBe(`-script-error ${notify} 0 1`);
  });

  test("that exits with another code is dropped, and said to have failed", () => {
    const world = alone(3, 10);

    expect(world.eventsOf("s1")).toContain(`-script-error ${notify} 0 3`);
    expect(pending(world)).toEqual([]);
  });

  // execve() fails in the child, which exits with 2.
  test("that is gone when it is to be run fails with 2", () => {
    const world = alone(0, 10);
    world.inject({ kind: "wipeDisk", host: "s1", prefix: "/opt" });

    world.command("s1", "SENTINEL set mymaster quorum 5");
    world.run(300);

    expect(world.eventsOf("s1").at(-1)).toBe(`-script-error ${notify} 0 2`);
  });

  // sentinelKillTimedoutScripts()
  test("that runs for longer than a minute is killed and tried again", () => {
    const world = alone(0, 600_000);
    world.run(60_000);

    expect(world.eventsOf("s1").at(-1)).toBe(`-script-timeout ${notify} 2`);
    expect(world.eventsOf("s1").filter((text) => text.startsWith("-script-timeout"))).toHaveLength(
      1,
    );
    expect(pending(world)[0]?.get("flags")).toBe("scheduled");
    world.run(30_000);
    expect(pending(world)[0]?.get("retry-num")).toBe("2");
  });

  // SENTINEL_SCRIPT_MAX_RUNNING, SENTINEL_SCRIPT_MAX_QUEUE
  test("waits when sixteen run, and the oldest that waits is lost when 256 are in the queue", () => {
    const world = alone(0, 50_000);
    const settings = Array.from({ length: 300 }, (_, i) => `SENTINEL set mymaster quorum ${i + 1}`);
    world.command("s1", ...settings.slice(0, 20));
    world.run(200);
    const running = pending(world).filter((job) => job.get("flags") === "running");
    world.command("s1", ...settings.slice(20));

    const jobs = pending(world);

    expect(running).toHaveLength(16);
    expect(jobs).toHaveLength(256);
    expect(jobs[15]?.get("flags")).toBe("running");
    expect(jobs[16]?.get("argv")).toEqual([
      notify,
      "+set",
      expect.stringMatching(/quorum 6[0-9]$/),
    ]);
  });
});

describe("a path that is no script", () => {
  // sentinelHandleConfiguration(): access(X_OK).
  test("keeps a Sentinel from starting", () => {
    const world = new World({
      sentinels: 1,
      config: [`sentinel notification-script mymaster ${notify}`],
    });
    world.run(500);

    expect(world.logs).toContain("Notification script seems non existing or non executable.");
    expect(world.eventsOf("s1")).toEqual([]);
  });

  // sentinelSetCommand()
  test("is refused by SENTINEL SET, and an empty one removes the setting", () => {
    const world = alone(0, 10, { config: ["sentinel deny-scripts-reconfig no"] });

    expect(
      world.command(
        "s1",
        "SENTINEL set mymaster notification-script /nowhere",
        "SENTINEL set mymaster client-reconfig-script /nowhere",
        "SENTINEL set mymaster notification-script ",
        `SENTINEL set mymaster client-reconfig-script ${notify}`,
      ),
    ).toEqual([
      "ERR>ERR Notification script seems non existing or non executable",
      "ERR>ERR Client reconfiguration script seems non existing or non executable",
      "OK",
      "OK",
    ]);
    expect(world.config("s1")).not.toContain("notification-script");
    expect(world.config("s1")).toContain(`sentinel client-reconfig-script mymaster ${notify}`);
  });
});

describe("a script that cannot be forked", () => {
  // sentinelRunPendingScripts(): fork() fails.
  test("is told of with every tick as if signal 99 had killed it, and runs once there is memory", () => {
    const world = alone(0, 60_000);
    world.inject({ kind: "fillMemory", host: "s1" });
    world.command("s1", "SENTINEL set mymaster quorum 5");
    world.run(1_000);

    const told = world.eventsOf("s1").filter((text) => text.startsWith("-script-error"));
    expect(told.length).toBeGreaterThan(8);
    expect(new Set(told)).toEqual(new Set([`-script-error ${notify} 99 0`]));
    const [, waiting] = pending(world);
    expect(waiting?.get("flags")).toBe("scheduled");
    expect(waiting?.get("retry-num")).toBe(String(told.length));

    world.inject({ kind: "freeMemory", host: "s1" });
    world.run(200);
    const [, runs] = pending(world);
    expect(runs?.get("flags")).toBe("running");
  });
});
