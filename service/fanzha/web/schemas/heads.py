"""The form of signed heads of chains."""

from __future__ import annotations

from fanzha.records.heads import HEAD_FORM
from fanzha.web.schemas.shape import Shape, many, moment, number, word


class HeadShape(Shape):
    """The last entry of one chain, signed."""

    form = word("格式", "what is signed", one_of=[HEAD_FORM])
    institution = word("机构", "whose records the chain is over")
    writer = word("写入者", "the process that wrote it")
    sequence = number("序号", "number of the entry")
    hash = word("该项的哈希", "SHA-256 of the entry, in hexadecimal")
    published_at = moment("发布时间", "when it was signed")
    key = word("公钥编号", "short name of the public key")
    signature = word("签名", "Ed25519 over the other members in canonical form, in Base64")


class HeadsShape(Shape):
    """The heads of all chains that were asked for, and the key to check them with."""

    heads = many(HeadShape, "链头", "the heads")
    public_key = word("公钥（PEM）", "the public key in PEM")
