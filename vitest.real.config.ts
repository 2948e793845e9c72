import { defineConfig } from "vitest/config";

/** `npm run test:real`: needs redis-server 7.0 on the PATH, and so is no part of `npm test`. */
export default defineConfig({
  test: {
    include: ["test/real/**/*.test.ts"],
    testTimeout: 120_000,
    pool: "threads",
  },
});
