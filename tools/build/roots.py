"""The public certificate authorities that the device knows: a few of Mozilla's list, which certifi carries.

All of the list would not fit. These vouch for most brokers in the cloud; an own authority is pasted on the page.
"""

import re
import ssl
from pathlib import Path

import certifi

LABELS = (
    *("ISRG Root X1", "ISRG Root X2"),  # Let's Encrypt
    *("DigiCert Global Root G2", "DigiCert Global Root G3"),
    *("Amazon Root CA 1", "Starfield Services Root Certificate Authority - G2"),
    *("GTS Root R1", "GTS Root R4"),
    *("GlobalSign Root CA - R3", "GlobalSign Root R46"),
    *("USERTrust RSA Certification Authority", "USERTrust ECC Certification Authority"),
    *("Sectigo Public Server Authentication Root R46", "Sectigo Public Server Authentication Root E46"),
    "Go Daddy Root Certificate Authority - G2",
    *("Microsoft RSA Root Certificate Authority 2017", "Microsoft ECC Root Certificate Authority 2017"),
)
_ENTRY = re.compile(r'^# Label: "(.*?)"\n.*?(-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----)', re.S | re.M)


def bundle() -> bytes:
    """The certificates in DER, one after another. Raises KeyError for one that has left the list."""
    listed = dict(_ENTRY.findall(Path(certifi.where()).read_text("utf-8")))
    return b"".join(ssl.PEM_cert_to_DER_cert(listed[label]) for label in LABELS)
