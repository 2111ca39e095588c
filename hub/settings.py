"""The settings of a hub: environment variables with the prefix ``HUB_``, checked in plain words."""

import difflib
import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "HUB_"
_NOT_OURS = ("HUB_TEST_", "HUB_REQUIRE_ALL", "HUB_DEMO_")  # the test suite's and the demo's own


class SettingsProblem(Exception):
    """The settings cannot be used; ``problems`` says why, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        """``problems``: sentences for the person who set the variables."""
        super().__init__("; ".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """Every setting with its default. ``hub check-config --all`` prints this list."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what :func:`load` was given: no second place that could differ from it."""
        return (init_settings,)

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 means every one.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    router_port: int = Field(
        8001,
        ge=0,
        le=65535,
        description="Port of `hub router`, for /health and /metrics; 0 takes a free one.",
    )
    data: Path = Field(Path("./data"), description="Folder for the store, files and secrets.")
    mongodb_uri: str | None = Field(
        None, description="MongoDB replica set to store in; unset means SQLite in the data folder."
    )
    mongodb_database: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,60}$",
        description="Database on that server; unset: the one the URI names, else omnihub.",
    )
    redis_url: str | None = Field(
        None,
        description="Redis that carries hints between several processes on MongoDB (redis://, rediss:// "
        "or unix://); unset: they look into the store instead, some seconds later.",
    )
    lease_seconds: float = Field(
        10.0,
        ge=1,
        le=120,
        description="Seconds of silence after which another router takes over; the same in every process.",
    )
    public_url: str | None = Field(
        None,
        description="Address under which browsers reach the hub, such as https://hotline.example. "
        "Set it behind a proxy: only pages from this address may then sign in.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Addresses or networks, separated by commas, whose X-Forwarded-For and "
        "X-Forwarded-Proto are believed.",
    )
    tls_cert: Path | None = Field(None, description="Certificate chain (PEM) to serve HTTPS with.")
    tls_key: Path | None = Field(None, description="Private key (PEM) of that certificate.")
    tls_self_signed: bool = Field(
        default=False, description="Serve HTTPS with a certificate the hub makes itself (trials)."
    )
    tls_names: Annotated[tuple[str, ...], NoDecode] = Field(
        ("localhost", "127.0.0.1"),
        description="Names and addresses the self-made certificate is for, separated by commas.",
    )
    timezone: str = Field(
        "Asia/Shanghai",
        description="Time zone of the house, in which routing rules tell hours and weekdays.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least important kind of log line that is written."
    )
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="Log lines as JSON or for reading; auto: console on a terminal."
    )
    websocket_compression: bool = Field(
        default=False, description="Compress WebSocket frames: less traffic, more processor time."
    )
    max_body_bytes: int = Field(
        1_000_000, ge=10_000, le=50_000_000, description="Largest JSON body of a request."
    )
    max_file_bytes: int = Field(
        20_000_000, ge=10_000, le=1_000_000_000, description="Largest file that may be uploaded."
    )
    session_idle_minutes: int = Field(
        480, ge=5, le=10_080, description="Sign-in ends after this long without any request."
    )
    session_hours: int = Field(168, ge=1, le=2_160, description="Sign-in ends after this long in any case.")
    sign_in_attempts: int = Field(
        10, ge=3, le=1_000, description="Wrong passwords for one login within 15 minutes."
    )
    sign_in_attempts_per_address: int = Field(
        50, ge=3, le=100_000, description="Wrong passwords from one address within 15 minutes."
    )
    password_checks_at_once: int = Field(
        2, ge=1, le=64, description="Passwords checked at the same time (64 MiB of memory each)."
    )
    drain_seconds: float = Field(
        8.0,
        gt=0,
        le=120,
        description="Seconds that stopping may take after SIGTERM; open requests get 3 less, one at least.",
    )
    allow_embedding: Annotated[tuple[str, ...], NoDecode] = Field(
        ("*",), description="Sites (origins) that may show the chat widget; * means any."
    )

    @field_validator("trusted_proxies", "tls_names", "allow_embedding", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator(
        "mongodb_uri", "mongodb_database", "redis_url", "public_url", "tls_cert", "tls_key", mode="before"
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("mongodb_uri")
    @classmethod
    def _mongodb(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("mongodb://", "mongodb+srv://")):
            raise ValueError("must begin with mongodb:// or mongodb+srv://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return value

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must look like https://hotline.example")
        if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
            raise ValueError("must be only scheme and host; the hub cannot live under a path")
        return f"{parts.scheme}://{parts.netloc.lower()}"

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"there is no time zone named {value!r}") from None
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            try:
                ipaddress.ip_network(part, strict=False)
            except ValueError:
                raise ValueError(f"{part!r} is neither an address nor a network") from None
        return value

    @model_validator(mode="after")
    def _certificate(self) -> "Settings":
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("HUB_TLS_CERT and HUB_TLS_KEY belong together: set both or neither")
        if self.tls_cert is not None and self.tls_self_signed:
            raise ValueError("set either HUB_TLS_CERT or HUB_TLS_SELF_SIGNED, not both")
        return self

    @property
    def tls(self) -> bool:
        """Whether the hub itself speaks HTTPS."""
        return self.tls_cert is not None or self.tls_self_signed

    @property
    def address(self) -> str:
        """The address a person opens: the public one, or this machine's."""
        if self.public_url is not None:
            return self.public_url
        host = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else self.host  # noqa: S104
        host = f"[{host}]" if ":" in host else host
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{host}:{self.port}"


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings from the environment; :class:`SettingsProblem` says what is wrong with them."""
    environment = os.environ if environment is None else environment
    values = {
        name: environment[PREFIX + name.upper()]
        for name in Settings.model_fields
        if PREFIX + name.upper() in environment
    }
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsProblem([_sentence(problem) for problem in error.errors()]) from error


def unknown(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each ``HUB_`` variable that is no setting, with the one perhaps meant."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    sentences = []
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known and not name.startswith(_NOT_OURS):
            close = difflib.get_close_matches(name, known, n=1)
            hint = f": do you mean {close[0]}?" if close else "."
            sentences.append(f"{name} is not a setting and has no effect{hint}")
    return sentences


def file_problems(settings: Settings) -> list[str]:
    """What the settings name on disk and is not there or cannot be used."""
    problems = []
    for name, path in (("HUB_TLS_CERT", settings.tls_cert), ("HUB_TLS_KEY", settings.tls_key)):
        if path is not None and not os.access(path, os.R_OK):
            problems.append(f"{name} names {path}, which is not there or cannot be read.")
    folder = settings.data
    try:
        if folder.exists() and not folder.is_dir():
            problems.append(f"HUB_DATA names {folder}, which is a file; it must be a folder.")
        elif folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            problems.append(f"HUB_DATA names {folder}, where this user may not write.")
    except PermissionError:
        problems.append(f"HUB_DATA names {folder}, which this user may not enter.")
    return problems


def _sentence(problem: Mapping[str, object]) -> str:
    where = problem["loc"]
    message = str(problem["msg"]).removeprefix("Value error, ")
    if isinstance(where, tuple) and where:
        return f"{PREFIX}{str(where[0]).upper()}: {message}."
    return f"{message}."
