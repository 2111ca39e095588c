# The hub in one image. Build: docker compose build hub
FROM python:3.12-slim AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/hub && /opt/hub/bin/pip install --require-hashes -r requirements.lock \
 && python -m venv /opt/build && /opt/build/bin/pip install --require-hashes -r requirements-build.lock
ENV PATH=/opt/build/bin:$PATH
COPY web/ui/package.json web/ui/package-lock.json web/ui/
RUN cd web/ui && npm ci --no-audit --no-fund
COPY . .
RUN cd web/ui && npm run build && cd ../.. \
 && /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /tmp/wheel . \
 && /opt/hub/bin/pip install --no-deps /tmp/wheel/*.whl

FROM python:3.12-slim
RUN useradd --system --home-dir /var/lib/hub --create-home hub
COPY --from=build /opt/hub /opt/hub
ENV PATH=/opt/hub/bin:$PATH PYTHONSAFEPATH=1 PYTHONUNBUFFERED=1 \
    HUB_DATA=/var/lib/hub HUB_HOST=0.0.0.0 HUB_PORT=8000 HUB_ROUTER_PORT=8001
USER hub
WORKDIR /var/lib/hub
VOLUME /var/lib/hub
EXPOSE 8000 8001
HEALTHCHECK --start-period=30s CMD ["python", "-c", "import os, ssl, urllib.request as u; e = os.environ.get; \
  tls = e('HUB_TLS_CERT') or e('HUB_TLS_SELF_SIGNED', '').lower() in ('1', 'true', 't', 'yes', 'y', 'on'); \
  u.urlopen(('https' if tls else 'http') + '://127.0.0.1:8000/health', timeout=3, \
  context=ssl._create_unverified_context())"]
CMD ["hub", "serve"]
