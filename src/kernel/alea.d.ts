declare module "seedrandom/lib/alea.js" {
  interface Generator {
    /** The next draw, in [0, 1) with 32 bits. */
    (): number;
    int32(): number;
  }
  const alea: (seed: string) => Generator;
  export default alea;
}
