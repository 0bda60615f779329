# syntax=docker/dockerfile:1
# One stage for each audience:
#   docker build -t typelab .                           JupyterLab with the kernel and the course, on port 8888
#   docker build -t typelab-ci --target ci .            runs the course notebook and ends (npm start)
#   docker build -t typelab-serving --target serving .  tensorflow_model_server, used as the image tensorflow/serving is

FROM node:24-bookworm-slim AS base
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl procps tini \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /home/node/typelab
RUN chown node:node .
USER node
COPY --chown=node package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY --chown=node . .
ENTRYPOINT ["tini", "--"]

FROM base AS ci
CMD ["npm", "start"]

FROM base AS serving
ENV MODEL_NAME=model MODEL_BASE_PATH=/models
EXPOSE 8500 8501
HEALTHCHECK --start-period=30s CMD curl -fsS "http://127.0.0.1:8501/v1/models/${MODEL_NAME}" || exit 1
# Flags of `docker run` come after the entry point's own, and the later one wins.
ENTRYPOINT ["tini", "--", "sh", "-c", "exec node server/main.ts --port=8500 --rest_api_port=8501 --model_name=\"$MODEL_NAME\" --model_base_path=\"$MODEL_BASE_PATH/$MODEL_NAME\" \"$@\"", "tensorflow_model_server"]

FROM base AS student
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3-venv \
 && rm -rf /var/lib/apt/lists/*
USER node
ENV VIRTUAL_ENV=/home/node/venv
ENV PATH=$VIRTUAL_ENV/bin:$PATH
RUN python3 -m venv "$VIRTUAL_ENV" \
 && pip install --no-cache-dir --disable-pip-version-check -r lab/requirements.txt \
 && node lab/main.ts install --sys-prefix \
 && node kernel/prepare.ts
EXPOSE 8888
HEALTHCHECK --start-period=30s CMD curl -fsS http://127.0.0.1:8888/api || exit 1
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser", "--notebook-dir=notebooks"]
