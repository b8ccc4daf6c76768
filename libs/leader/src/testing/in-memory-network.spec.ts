import { SystemClock } from '../runtime/clock.js';
import { InMemoryNetwork } from './in-memory-network.js';
import { describePeerTransport } from './peer-transport-conformance.js';

describePeerTransport('InMemoryNetwork', async () => {
  const network = new InMemoryNetwork(new SystemClock());
  const transports = new Map(['a', 'b', 'c'].map((id) => [id, network.transport(id)]));
  return {
    transports,
    kill: async (id) => {
      await transports.get(id)?.close();
      network.announceGone(id);
    },
    dispose: async () => {
      await Promise.all([...transports.values()].map((transport) => transport.close()));
    },
  };
});
