"""Our half of a code that somebody proves an account with, as it waits in the database: sealed.

Whoever has it can ask the host in our place. The key is derived from the audit log's, which every replica has and no
database holds.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken

from bot.config import Secret
from bot.seals import Key

PURPOSE = "device codes"


class DeviceCodes:
    def __init__(self, key: Key) -> None:
        self._fernet = Fernet(urlsafe_b64encode(key.derive(PURPOSE)))

    def seal(self, code: Secret) -> str:
        return self._fernet.encrypt(code.value.encode()).decode()

    def open(self, sealed: str) -> Secret | None:
        """None where it was sealed with another key, or changed."""
        try:
            return Secret(self._fernet.decrypt(sealed.encode()).decode())
        except InvalidToken:
            return None
