# The services of apps/backend-node. Build it from the root of the clone:
# docker build -f deploy/services/node.Dockerfile -t throughline-backend-node .
FROM node:24.21.0-bookworm-slim
WORKDIR /services
COPY apps/backend-node/package.json apps/backend-node/package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY apps/backend-node .
USER node
ENTRYPOINT ["node", "--import", "./src/telemetry/register.ts"]
