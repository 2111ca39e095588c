"""Whether a channel can carry a message, before it is written: what it cannot is said, not lost."""

from hub.channel import Capabilities
from hub.documents import Json
from hub.errors import Invalid


def check_capable(capabilities: Capabilities, body: dict[str, Json]) -> None:
    """Refuse a message that the channel would have to drop or cut."""
    text = body.get("text")
    if isinstance(text, str) and len(text) > capabilities.max_text:
        raise Invalid(
            f"text: this channel takes {capabilities.max_text} characters at most.", code="text_too_long"
        )
    if body.get("prompt") is not None and not capabilities.prompts:
        raise Invalid("prompt: this channel cannot show options.", code="prompts_not_supported")
    attachments = body.get("attachments")
    for attachment in attachments if isinstance(attachments, list) else ():
        if not isinstance(attachment, dict):
            continue
        if attachment.get("media") not in capabilities.media:
            raise Invalid("attachments: this channel cannot carry such a file.", code="media_not_supported")
        size = attachment.get("size")
        if isinstance(size, int) and size > capabilities.max_file_bytes:
            raise Invalid(
                f"attachments: this channel takes {capabilities.max_file_bytes} bytes at most.",
                code="file_too_large",
            )
