export { type MemoryAnswer, type MemoryPeer, MemoryTransport } from './memory-transport.js';
