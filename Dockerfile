# One image for every process; what runs is the command's choice (see docker-compose.yml).

FROM node:20-slim AS build
WORKDIR /app
# The install is a layer of its own, made anew only when the dependencies change.
COPY package.json package-lock.json ./
COPY scripts scripts
RUN node --input-type=module -e "import { ensureInstalled } from './scripts/ensure.mjs'; ensureInstalled();"
COPY . .
RUN node scripts/ensure.mjs && npm prune --omit=dev --no-save --no-audit --no-fund

FROM node:20-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
# The API; health and metrics of the other processes.
EXPOSE 3000 3001
CMD ["node", "--enable-source-maps", "dist/apps/settings-api/src/main.js"]
