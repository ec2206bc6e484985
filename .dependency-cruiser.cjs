/** The boundaries of docs/architecture.md. Each rule names what it protects. */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'libs-never-import-apps', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    {
      name: 'apps-never-import-apps',
      comment: 'standalone is the one app that starts the others.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/standalone/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'a-lib-only-through-its-index',
      severity: 'error',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: {
        path: '^libs/([^/]+)/src/',
        pathNot: '^libs/[^/]+/src/index\\.ts$|^libs/queue/src/transport/index\\.ts$|^$1/$2/',
      },
    },
    {
      name: 'simulator-is-an-independent-reading',
      severity: 'error',
      from: { path: '^apps/vendor-simulator/' },
      to: { path: '^libs/vendors/' },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '\\.test\\.ts$|^libs/testing/' },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'pure-core',
      comment: 'Rules, rendering and classification decide from their arguments alone.',
      severity: 'error',
      from: {
        path: '^libs/(rules|contracts)/src/(?!.*\\.test\\.ts$)|^libs/vendors/src/.*/(render|classify|limits)\\.ts$',
      },
      to: { path: 'node_modules/(@nestjs|typeorm|pg|bullmq|ioredis|undici)/|^(http|http2|https|net|tls|fs|dns)$' },
    },
    {
      name: 'vendors-know-no-queue-or-database',
      severity: 'error',
      from: { path: '^libs/vendors/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^libs/(queue|database)/|node_modules/(@nestjs|typeorm|pg|bullmq|ioredis)/' },
    },
    {
      name: 'producer-needs-no-nest',
      severity: 'error',
      from: { path: '^libs/(producer|queue/src/(?!transport))' },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'queue-knows-no-vendors',
      severity: 'error',
      from: { path: '^libs/(queue|database|rules)/' },
      to: { path: '^libs/vendors/' },
    },
    {
      name: 'quota-knows-no-vendors-and-no-http',
      severity: 'error',
      from: { path: '^libs/quota/' },
      to: { path: '^libs/vendors/|node_modules/(@nestjs|undici)/|^(http|http2|https)$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
    },
  },
};
