import { HttpService } from '@nestjs/axios';
import { describe, it } from '@jest/globals';
import axios from 'axios';

import { LoopbackPeer } from '../testing/loopback-peer.js';
import { MemoryTransport } from '../testing/memory-transport.js';
import type { PeerAnswer } from '../testing/scripted-peer.js';
import { describeHttpTransport, type TransportSetup } from '../testing/transport-conformance.js';

import { AxiosTransport } from './axios-transport.js';
import type { HttpTransport, TransportOptions } from './http-transport.js';
import { UndiciTransport } from './undici-transport.js';

const overLoopback =
  (create: (options: TransportOptions) => HttpTransport): TransportSetup =>
  async (script, options) => {
    const peer = new LoopbackPeer(script);
    const transport = create({ ...options, baseUrl: await peer.start(), receiver: 'peer' });
    return {
      transport,
      stopPeer: () => peer.stop(),
      startPeer: async () => void (await peer.start()),
      connections: () => peer.connections,
      dispose: async () => {
        await transport.close();
        await peer.stop();
      },
    };
  };

const runner = { describe, it };

describeHttpTransport(
  'UndiciTransport',
  overLoopback((options) => new UndiciTransport(options)),
  runner,
);
describeHttpTransport(
  'AxiosTransport',
  overLoopback((options) => new AxiosTransport(new HttpService(axios.create()), options)),
  runner,
);
describeHttpTransport(
  'MemoryTransport',
  async (script, options) => {
    let isListening = true;
    const refuse: PeerAnswer = { kind: 'refuse_connection' };
    const transport = new MemoryTransport((call) => (isListening ? script(call) : refuse), 'peer', options);
    return {
      transport,
      stopPeer: async () => void (isListening = false),
      startPeer: async () => void (isListening = true),
      dispose: () => transport.close(),
    };
  },
  runner,
);
