/** A host that stands for what lies outside of the world: it is told who dials, and answers. */
import { describe, expect, test } from "vitest";
import type { Address, ConnectionId, DialAnswer } from "../../src/kernel/actor.js";
import { milliseconds, seconds } from "../../src/kernel/time.js";
import { first, World } from "./world.js";

const stranger: Address = { ip: "127.99.0.1", port: 7000 };

/** `border` stands for all of 127.99; what it was told of dials, as texts. */
function bordered(): { readonly world: World; readonly dials: string[] } {
  const standsFor = ({ ip }: Address) => ip.startsWith("127.99.");
  const world = new World(["client", "border"], { hosts: { border: { standsFor } } });
  const dials: string[] = [];
  world.let("border", (context) => {
    expect(context.listenForStrangers()).toBe(true);
  });
  const text = ({ ip, port }: Address) => `${ip}:${port}`;
  world.probe("border").onInput = (input) => {
    if (input.kind === "dialled") dials.push(`${text(input.peer)} to ${text(input.local)}`);
  };
  world.advance(milliseconds(1));
  for (const name of ["client", "border"]) world.probe(name).forget();
  return { world, dials };
}

function dial(world: World, to = stranger): void {
  world.let("client", (context) => context.connect(to));
}

function answer(world: World, how: DialAnswer, id = first): void {
  world.let("border", (context) => context.answer(id, how));
}

describe("a connection to an address that no host has", () => {
  test("waits for the answer of the host that stands for it, for as long as that takes", () => {
    const { world, dials } = bordered();

    dial(world);
    world.advance(seconds(5));
    expect(dials).toEqual(["10.0.0.1:32768 to 127.99.0.1:7000"]);
    expect(world.probe("client").list("opened", "closed")).toEqual([]);

    answer(world, "accepted");
    world.advance(milliseconds(10));
    expect(world.probe("client").list("opened", "closed")).toEqual(["opened 0"]);
    expect(world.probe("border").list("accepted")).toEqual(["accepted 0"]);
  });

  test("carries what both sides send, and its end", () => {
    const { world } = bordered();
    dial(world);
    world.advance(milliseconds(10));
    answer(world, "accepted");
    // Nobody waits for the handshake to be over.
    world.send("border", first, "hello");
    world.advance(milliseconds(10));
    world.send("client", first, "hello yourself");
    world.advance(milliseconds(10));
    world.let("border", (context) => context.close(first));
    world.advance(milliseconds(10));

    expect(world.probe("client").list("received", "closed")).toEqual([
      "received 0 hello",
      "closed 0 fin",
    ]);
    expect(world.probe("border").list("received")).toEqual(["received 0 hello yourself"]);
  });

  test.each(["refused", "unreachable", "timeout"] as const)("can be %s", (how) => {
    const { world } = bordered();
    dial(world);
    world.advance(milliseconds(10));
    answer(world, how);
    world.advance(milliseconds(10));

    expect(world.probe("client").list("opened", "closed")).toEqual([`closed 0 ${how}`]);
    // Its number is free again.
    dial(world);
    world.advance(milliseconds(10));
    answer(world, "accepted");
    world.advance(milliseconds(10));
    expect(world.probe("border").list("accepted")).toEqual(["accepted 0"]);
  });

  test("that was given up before it was taken is reset", () => {
    const { world } = bordered();
    dial(world);
    world.advance(milliseconds(10));
    world.let("client", (context) => context.close(first));
    answer(world, "accepted");
    world.advance(milliseconds(10));

    expect(world.probe("border").list("accepted", "closed")).toEqual(["closed 0 reset"]);
  });

  test("whose answer is lost on a cut path hears it with the next SYN after the heal", () => {
    const { world, dials } = bordered();
    dial(world);
    world.advance(milliseconds(10));
    world.cut("client", "border");
    answer(world, "accepted");
    world.advance(milliseconds(500));
    world.heal();
    world.advance(milliseconds(400));
    expect(world.probe("client").list("opened", "closed")).toEqual([]);

    world.advance(milliseconds(200));
    expect(world.probe("client").list("opened", "closed")).toEqual(["opened 0"]);
    expect(dials.length).toBe(1);
  });

  test("is one's own where nobody stands for it", () => {
    const { world, dials } = bordered();
    dial(world, { ip: "127.0.0.1", port: 7000 });
    world.advance(milliseconds(10));

    expect(world.probe("client").list("closed")).toEqual(["closed 0 refused"]);
    expect(dials).toEqual([]);
  });
});

describe("connecting from an address of one's choice", () => {
  // bind(2) before connect(2).
  test("shows that address to the other side", () => {
    const { world } = bordered();
    const seen: string[] = [];
    world.let("client", (context) => context.listen(6379));
    world.probe("client").onInput = (input) => {
      if (input.kind === "accepted") seen.push(`${input.peer.ip}:${input.peer.port}`);
    };
    world.let("border", (context) => {
      const id: ConnectionId = context.connect({ ip: "10.0.0.1", port: 6379 }, stranger);
      expect(id).toBe(first);
    });
    world.advance(milliseconds(10));

    expect(seen).toEqual(["127.99.0.1:7000"]);
  });
});
