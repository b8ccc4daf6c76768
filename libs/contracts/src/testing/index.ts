export { LoopbackPeer } from './loopback-peer.js';
export { MemoryTransport } from './memory-transport.js';
export {
  type PeerAnswer,
  type PeerAnswer as MemoryAnswer,
  type ScriptedPeer,
  type ScriptedPeer as MemoryPeer,
  type SeenCall,
} from './scripted-peer.js';
export {
  describeHttpTransport,
  type TestRunner,
  type TransportSetup,
  type TransportUnderTest,
} from './transport-conformance.js';
