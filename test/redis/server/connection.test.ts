import { describe, expect, test } from "vitest";
import { milliseconds, seconds } from "../../../src/kernel/time.js";
import { World } from "../world.js";

describe("a redis-server", () => {
  test("answers PING, and keeps what it is told", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");

    expect(client.ask("PING")).toBe("+PONG");
    expect(client.ask("PING", "hello")).toBe('"hello"');
    expect(client.ask("SET", "k", "v")).toBe("+OK");
    expect(client.ask("get", "k")).toBe('"v"');
    expect(client.ask("ECHO", "x")).toBe('"x"');
  });

  // Redis 7.0: commandCheckExistence(), commandCheckArity(); 6.2: processCommand().
  test("refuses what it does not know in the words of its version", () => {
    const world = new World();
    world.server("new", { version: "7.0" });
    world.server("old", { version: "6.2" });
    const later = world.client("new");
    const early = world.client("old");

    expect(later.ask("FOO", "a", "b")).toBe(
      "-ERR unknown command 'FOO', with args beginning with: 'a' 'b' ",
    );
    expect(early.ask("FOO", "a", "b")).toBe(
      "-ERR unknown command `FOO`, with args beginning with: `a`, `b`, ",
    );
    expect(later.ask("GET")).toBe("-ERR wrong number of arguments for 'get' command");
    expect(later.ask("CLIENT", "foo")).toBe("-ERR unknown subcommand 'foo'. Try CLIENT HELP.");
    expect(early.ask("CLIENT", "foo")).toBe(
      "-ERR Unknown subcommand or wrong number of arguments for 'foo'. Try CLIENT HELP.",
    );
  });

  test("reads inline commands and ends a connection that breaks the protocol", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");

    client.sendBytes("PING\r\n\r\nECHO ");
    world.run(milliseconds(2));
    client.sendBytes('"a b"\n');
    world.run(milliseconds(2));
    expect(client.replies()).toEqual(["+PONG", '"a b"']);

    client.sendBytes("*x\r\n");
    world.run(milliseconds(2));
    expect(client.replies()).toEqual(["-ERR Protocol error: invalid multibulk length"]);
    expect(client.closed).toBe("fin");
  });

  test("says goodbye to QUIT and closes", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");

    expect(client.ask("QUIT")).toBe("+OK");
    world.run(milliseconds(2));

    expect(client.closed).toBe("fin");
    expect(world.process("r1").clientCount).toBe(0);
  });

  test("exits with 1 when its port is taken", () => {
    const world = new World();
    world.server("r1");
    world.simulation.addNode("twin", {
      host: "r1",
      factory: (context) => {
        const taken = context.listen(6379);
        if (!taken) context.exit(1);
        return { handle: () => undefined };
      },
    });
    world.simulation.boot("twin");
    world.run(milliseconds(1));

    expect(world.simulation.isUp("twin")).toBe(false);
  });

  // helloCommand()
  test("switches to RESP3 with HELLO", () => {
    const world = new World();
    world.server("r1", { version: "7.0" });
    const client = world.client("r1");

    expect(client.ask("HELLO", "4")).toBe("-NOPROTO unsupported protocol version");
    expect(client.ask("HELLO", "3")).toBe(
      '{"server" "redis" "version" "7.0.15" "proto" :3 "id" :3 "mode" "standalone" "role" "master" "modules" []}',
    );
    expect(client.ask("GET", "nothing")).toBe("nil");
  });

  test("refuses one client more than maxclients", () => {
    const world = new World();
    world.server("r1", { config: ["maxclients 1"] });
    world.client("r1");

    const second = world.client("r1");

    expect(second.replies()).toEqual(["-ERR max number of clients reached"]);
    expect(second.closed).toBe("fin");
  });

  // clientAcceptHandler()
  test("in protected mode talks to its own machine only", () => {
    const world = new World();
    world.server("r1", { config: ["protected-mode yes"] });

    const stranger = world.client("r1");
    const local = world.client("r1", { onLoopback: true });

    expect(stranger.replies()[0]).toMatch(/^-DENIED Redis is running in protected mode/);
    expect(stranger.closed).toBeDefined();
    expect(local.ask("PING")).toBe("+PONG");
  });

  // clientsCronHandleTimeout(): strictly more than timeout, in whole seconds.
  test("closes a client that is idle for longer than timeout", () => {
    const world = new World();
    world.server("r1", { config: ["timeout 2"] });
    const client = world.client("r1");
    client.ask("PING");

    world.run(seconds(2));
    expect(client.closed).toBeUndefined();

    world.run(seconds(2));
    expect(client.closed).toBe("fin");
  });

  test("runs its cron every 1000/hz ms after the last one ended", () => {
    const world = new World();
    world.server("r1", { config: ["hz 10"] });
    const before = world.process("r1").cronLoops;

    world.run(seconds(10));

    const loops = world.process("r1").cronLoops - before;
    expect(loops).toBeGreaterThanOrEqual(98);
    expect(loops).toBeLessThanOrEqual(100);
  });

  test("ends in good order on SIGTERM, with its next cron", () => {
    const world = new World();
    world.server("r1");
    world.simulation.inject({ kind: "kill", node: "r1", signal: "TERM" });
    world.run(milliseconds(200));

    expect(world.simulation.isUp("r1")).toBe(false);
    expect(world.log("r1").slice(-3)).toEqual([
      "Received SIGTERM scheduling shutdown...",
      "User requested shutdown...",
      "Redis is now ready to exit, bye bye...",
    ]);
  });
});
