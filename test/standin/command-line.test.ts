import { describe, expect, test } from "vitest";
import { readCommandLine, versionLine } from "../../src/standin/command-line.js";
import { EnvironmentError, readEnvironment } from "../../src/standin/environment.js";

function read(line: string, version: "6.2" | "7.0" = "7.0", name = "redis-server") {
  return readCommandLine(name, line === "" ? [] : line.split(" "), version);
}

// Redis 7.0.15: main(), checkForSentinelMode().
describe("the command line of redis-server", () => {
  test("is a file, options that count like lines behind it, and stdin", () => {
    expect(read("/etc/redis.conf --port 7000 --replicaof 127.0.0.1 8888 -")).toMatchObject({
      asks: "run",
      config: "/etc/redis.conf",
      readsStdin: true,
      options: 'port "7000" \nreplicaof "127.0.0.1" "8888" ',
    });
    expect(read("- --loglevel debug")).toMatchObject({
      config: undefined,
      readsStdin: true,
      options: 'loglevel "debug" ',
    });
    expect(read("")).toMatchObject({ asks: "run", config: undefined, options: "" });
  });

  test("reads stdin only where the dash is the first or the last word", () => {
    expect(read("a.conf --dir - --port 1")).toMatchObject({
      readsStdin: false,
      options: 'dir "-" \nport "1" ',
    });
  });

  test("takes what looks like an option for the value of the one before, from 7.0 on", () => {
    expect(read("--logfile --port 7000").options).toBe('logfile "--port" "7000" ');
    expect(read("--logfile --port 7000", "6.2").options).toBe('logfile \nport "7000" ');
  });

  test("knows that save and sentinel may stand without a value", () => {
    expect(read("--save --port 7000").options).toBe('save ""\nport "7000" ');
    expect(read("--port 7000 --save").options).toBe('port "7000" \nsave ""');
    expect(read("s.conf --sentinel --port 7000").options).toBe('sentinel \nport "7000" ');
    expect(read("s.conf --port 7000 --sentinel").options).toBe('port "7000" \nsentinel ');
  });

  test("is that of a Sentinel by its name or by --sentinel", () => {
    expect(read("s.conf").isSentinel).toBe(false);
    expect(read("s.conf --sentinel").isSentinel).toBe(true);
    for (const name of ["redis-sentinel", "redsim-sentinel", "redis-sentinel-7"])
      expect(read("s.conf", "7.0", name).isSentinel).toBe(true);
  });

  test("may ask for the version or for help, and for nothing else besides", () => {
    expect(read("--version").asks).toBe("version");
    expect(read("-v").asks).toBe("version");
    expect(read("--help").asks).toBe("help");
    expect(read("a.conf --help").asks).toBe("run");
    expect(read("--check-system").asks).toBe("systemCheck");
    expect(read("--check-system", "6.2").asks).toBe("run");
    expect(versionLine("7.0.15")).toMatch(/^Redis server v=7\.0\.15 sha=00000000:0 /);
  });
});

describe("the environment of a stand-in", () => {
  test("names a version as a release, too", () => {
    expect(readEnvironment({ REDSIM_REDIS_VERSION: "6.2.1" }).version).toBe("6.2");
    expect(readEnvironment({}).version).toBe("7.2");
    expect(readEnvironment({ REDSIM_SPEED: "2.5", REDSIM_SOCKET: "" })).toMatchObject({
      speed: 2.5,
      socket: undefined,
    });
  });

  test("says what cannot be", () => {
    expect(() => readEnvironment({ REDSIM_SPEED: "fast" })).toThrow(EnvironmentError);
    expect(() => readEnvironment({ REDSIM_SPEED: "0" })).toThrow("REDSIM_SPEED: 0 is not a number");
    expect(() => readEnvironment({ REDSIM_REDIS_VERSION: "6.21" })).toThrow("is not modelled");
  });
});
