import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DefaultTheme } from 'vitepress';
import { SOURCES } from './places';

interface Section {
  readonly text: string;
  readonly collapsed?: boolean;
  /** Title and file below docs/. */
  readonly pages: readonly (readonly [title: string, file: string])[];
}

const ENGLISH: readonly Section[] = [
  {
    text: 'Learn',
    pages: [
      ['Start', 'start.md'],
      ['Which transport?', 'which-transport.md'],
      ['From the tutorial to here', 'from-the-tutorial.md'],
      ['Concepts', 'concepts.md'],
      ['Stream AI answers', 'ai-answers.md'],
    ],
  },
  {
    text: 'Clients',
    pages: [
      ['The SDK', 'clients/sdk.md'],
      ['React', 'clients/react.md'],
      ['Vue and Svelte', 'clients/vue-svelte.md'],
      ['AI SDK, AG-UI, OpenAI', 'clients/ai.md'],
      ['$.ajax and fetch', 'clients/fetch.md'],
      ['EventSource', 'clients/eventsource.md'],
      ['WebSocket', 'clients/websocket.md'],
      ['socket.io-client', 'clients/socketio.md'],
      ['curl', 'clients/curl.md'],
      ['Python', 'clients/python.md'],
      ['PHP', 'clients/php.md'],
      ['Any language with HTTP', 'clients/any-language.md'],
    ],
  },
  {
    text: 'Reference',
    pages: [
      ['Protocol', 'protocol.md'],
      ['Access', 'access.md'],
      ['Who is there', 'presence.md'],
      ['Server API', 'server-api.md'],
      ['Relay', 'relay.md'],
      ['Command line', 'command-line.md'],
      ['Operate', 'operations.md'],
      ['Kubernetes', 'kubernetes.md'],
      ['Sizing', 'sizing.md'],
      ['When it does not work', 'troubleshooting.md'],
      ['Performance', 'performance.md'],
      ['Figures', 'performance/results.md'],
      ['Soak test', 'performance/soak.md'],
    ],
  },
  {
    text: 'Move from',
    pages: [
      ['Plain Socket.IO', 'move-from/socketio.md'],
      ['Pusher and Echo', 'move-from/pusher.md'],
      ['Centrifugo', 'move-from/centrifugo.md'],
      ['SSE by hand', 'move-from/sse.md'],
      ['Polling by hand', 'move-from/polling.md'],
      ['Compared', 'compared.md'],
    ],
  },
  {
    text: 'How it is made',
    pages: [
      ['Architecture', 'architecture.md'],
      ['Conformance', 'conformance.md'],
      ['Threat model', 'threat-model.md'],
      ['All documents', 'README.md'],
    ],
  },
  { text: 'Decisions', collapsed: true, pages: decisions() },
];

const CHINESE: readonly Section[] = [
  {
    text: '入门',
    pages: [
      ['开始', 'zh/start.md'],
      ['选哪种传输方式？', 'zh/which-transport.md'],
      ['从教程到这里', 'zh/from-the-tutorial.md'],
      ['概念', 'zh/concepts.md'],
    ],
  },
  {
    text: '参考（英文）',
    pages: [
      ['流式传输 AI 回答', 'ai-answers.md'],
      ['协议', 'protocol.md'],
      ['权限', 'access.md'],
      ['运维', 'operations.md'],
      ['故障排查', 'troubleshooting.md'],
      ['性能', 'performance.md'],
      ['对比', 'compared.md'],
    ],
  },
];

/** Every page but the two home pages, by language, in the order in which a reader needs them. */
export const sections = { en: ENGLISH, zh: CHINESE };

function decisions(): Section['pages'] {
  const folder = join(SOURCES, 'decisions');
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const [, title = file] = /^# (.*)$/m.exec(readFileSync(join(folder, file), 'utf8')) ?? [];
      return [title, `decisions/${file}`];
    });
}

export const sidebarOf = (language: keyof typeof sections): DefaultTheme.SidebarItem[] =>
  sections[language].map(({ pages, ...section }) => ({
    ...section,
    items: pages.map(([text, file]) => ({ text, link: `/${file.replace(/\.md$/, '')}` })),
  }));
