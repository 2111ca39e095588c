"""A certificate the hub makes itself, for trials without a certificate authority."""

import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from web.installation import write_private

_DAYS = 397  # what browsers accept at most
_RENEW = timedelta(days=30)


def make_certificate(folder: Path, names: Sequence[str]) -> tuple[Path, Path]:
    """Certificate and key for these names; made anew when missing, about to end, or for others."""
    certificate, key = folder / "tls-self-signed.pem", folder / "tls-self-signed.key"
    if not (key.exists() and _is_good(certificate, names)):
        _make(certificate, key, names)
    return certificate, key


def _is_good(path: Path, names: Sequence[str]) -> bool:
    if not path.exists():
        return False
    try:
        made = x509.load_pem_x509_certificate(path.read_bytes())
        alternative = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    return made.not_valid_after_utc - datetime.now(UTC) > _RENEW and list(alternative) == _general_names(
        names
    )


def _general_names(names: Sequence[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in names:
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            found.append(x509.DNSName(name))
    return found


def _make(certificate: Path, key: Path, names: Sequence[str]) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName(_general_names(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_private(key, pem.decode())
    write_private(certificate, made.public_bytes(serialization.Encoding.PEM).decode())
