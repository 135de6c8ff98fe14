# The service in a small image that runs as nobody special: docker build -t anteroom .
# To build the same image again, name the base by its digest too (node:…@sha256:…; `docker buildx imagetools inspect` says it) and build with
#   docker buildx build --build-arg SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)" --output type=image,name=anteroom,rewrite-timestamp=true .
FROM node:24.21.0-bookworm-slim AS base
ENV NODE_ENV=production

FROM base AS packages
WORKDIR /packages
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM base AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && find dist -name '*.map' -delete

FROM base
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=packages /packages/node_modules node_modules
COPY --from=build /build/dist dist
# By number, so that Kubernetes sees that it is not root. The files are root's: what runs cannot change them.
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s --start-interval=1s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/live`, { signal: AbortSignal.timeout(2500) }).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself gets SIGTERM and stops cleanly. Deployments: docker exec … node dist/cli.js tenant list
CMD ["node", "dist/main.js"]
