"""Reading XML piece by piece with expat."""

from xml.parsers import expat

from branchyear.lib.errors import BadFile
from branchyear.lib.uploads import limits

BLOCK = 128 * 1024  # so much of a part is unpacked at a time


def parser_of(start, end, characters):
    """Without DTDs and entities; names come with their prefixes, which the handlers cut off."""

    def refuse(*_):
        raise BadFile(limits.UNSAFE)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    return parser
