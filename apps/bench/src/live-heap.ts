import { Inspector } from './inspector';

const USED = '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())';

/**
 * Bytes of the live objects of a Node process and of their buffers: what is left by its garbage collector, which this has run
 * first. The process was started with `--inspect=<port>`.
 */
export async function liveHeapBytes(port: number): Promise<number> {
  using inspector = await Inspector.connect(port);
  await inspector.ask('HeapProfiler.collectGarbage');
  return await inspector.evaluate(USED);
}
