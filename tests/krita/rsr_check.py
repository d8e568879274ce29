"""Run by kritarunner: the plug-in on documents drawn here. Prints "ok NAME" or "FAILED NAME ..." and a last line with the counts."""
import os
import subprocess
import sys
import time
import traceback

import rsr_krita
from krita import Krita
from PyQt5.QtCore import QByteArray
from PyQt5.QtGui import QImage

passed = failed = 0


def check(name, good, said=''):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print(f"{'ok      ' if good else 'FAILED  '}{name} {'' if good else said}", flush=True)


def document(depth='U8'):
    """64 x 48 with a layer off the corner, a layer in a group with soft alpha, and an empty layer."""
    bytes_per = 1 if depth == 'U8' else 2
    made = Krita.instance().createDocument(64, 48, 'drawn', 'RGBA', depth, '', 72.0)

    def layer(name, x, y, width, height, parent):
        node = made.createNode(name, 'paintlayer')
        parent.addChildNode(node, None)
        values = bytearray()
        for row in range(height):
            for column in range(width):
                for value in (column * 255 // width, row * 255 // height, (column * row) % 256, 255 if name == 'opaque' else (column * 9) % 256):
                    values += bytes([value]) if bytes_per == 1 else bytes([(value * 7) % 256, value])
        node.setPixelData(QByteArray(bytes(values)), x, y, width, height)
        return node

    for old in made.topLevelNodes():
        old.remove()
    layer('opaque', -5, 3, 40, 30, made.rootNode())
    group = made.createNode('group', 'grouplayer')
    made.rootNode().addChildNode(group, None)
    soft = layer('soft', 20, 10, 33, 21, group)
    soft.setOpacity(100)
    soft.setLocked(True)
    made.rootNode().addChildNode(made.createNode('empty', 'paintlayer'), None)
    made.refreshProjection()
    made.waitForDone()
    return made


def pixels(node):
    box = node.bounds()
    return (box.x(), box.y(), box.width(), box.height()), bytes(node.pixelData(box.x(), box.y(), box.width(), box.height()))


def expected(node, scale, depth):
    """What rsr itself makes of the layer."""
    kind, size, swapped = rsr_krita.FORMATS[depth]
    (x, y, width, height), raw = pixels(node)
    image = QImage(raw, width, height, width * size, kind)
    (image.rgbSwapped() if swapped else image).save('/rig/in.png', 'PNG')
    subprocess.run([rsr_krita.program(), 'upscale', '/rig/in.png', '-s', str(scale), '-o', '/rig/out.png', '-f'], check=True, stdout=subprocess.DEVNULL)
    image = QImage('/rig/out.png').convertToFormat(kind)
    image = image.rgbSwapped() if swapped else image
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    # Row by row: a layer's bounds are those of what can be seen, which may be less than what was written.
    return (x * scale, y * scale, width * scale, height * scale), bytes(bits)


def layers(made):
    return {node.name(): node for node in rsr_krita.paint_layers(made.topLevelNodes())}


def enlarges():
    for depth, scale in (('U8', 2), ('U8', 3), ('U16', 2)):
        made = document(depth)
        before = {name: pixels(node) for name, node in layers(made).items()}
        seen = []
        large = rsr_krita.upscale(made, scale, progress=lambda fraction: seen.append(fraction) or True)
        check(f'{depth} x{scale}: the canvas', (large.width(), large.height()) == (64 * scale, 48 * scale), f'{large.width()} x {large.height()}')
        for name in ('opaque', 'soft'):
            box, wanted = expected(layers(made)[name], scale, depth)
            got = bytes(layers(large)[name].pixelData(*box))
            check(f"{depth} x{scale}: {name} has rsr's bytes", got == wanted, f'{sum(a != b for a, b in zip(got, wanted))} bytes of {len(wanted)} differ')
            left, top, width, height = pixels(layers(large)[name])[0]
            check(f'{depth} x{scale}: {name} has nothing around it', left >= box[0] and top >= box[1] and left + width <= box[0] + box[2] and top + height <= box[1] + box[3], f'{pixels(layers(large)[name])[0]} in {box}')
        check(f'{depth} x{scale}: opacity and lock', layers(large)['soft'].opacity() == 100 and layers(large)['soft'].locked() and not layers(large)['opaque'].locked())
        check(f'{depth} x{scale}: the original is as it was', before == {name: pixels(node) for name, node in layers(made).items()} and made.width() == 64)
        check(f'{depth} x{scale}: progress', seen and seen == sorted(seen) and max(seen) <= 1, str(seen))


def fails_in_words():
    made = Krita.instance().createDocument(8, 8, 'grey', 'GRAYA', 'U8', '', 72.0)
    for name, work, words in (
            ('another colour model', lambda: rsr_krita.upscale(made, 2), 'Convert Image Color Space'),
            ('rsr is missing', lambda: with_program('/nothing/rsr'), 'cannot be started'),
            ('rsr refuses', lambda: rsr_krita.run_rsr(['upscale', '/nothing.png', '-s', '2'], lambda fraction: True), 'no such file')):
        try:
            work()
            check(name, False, 'no failure')
        except rsr_krita.Failure as failure:
            check(name, words in str(failure), str(failure))


def with_program(path):
    kept = os.environ['RSR_PROGRAM']
    os.environ['RSR_PROGRAM'] = path
    try:
        rsr_krita.upscale(document(), 2)
    finally:
        os.environ['RSR_PROGRAM'] = kept


def cancels():
    began = time.time()
    result = rsr_krita.upscale(document(), 4, progress=lambda fraction: False)
    check('cancelled: no document, soon', result is None and time.time() - began < 20)
    check('cancelled: no rsr left', not subprocess.run(['pgrep', '-x', 'rsr'], capture_output=True).stdout)


def works_long():
    """For the rig to kill Krita in the middle of."""
    made = Krita.instance().createDocument(3000, 2000, 'large', 'RGBA', 'U8', '', 72.0)
    node = made.topLevelNodes()[0]
    node.setPixelData(QByteArray(os.urandom(3000 * 2000 * 4)), 0, 0, 3000, 2000)
    rsr_krita.upscale(made, 4)


def main(*arguments):
    code = 1
    try:
        Krita.instance().setBatchmode(True)
        if os.environ.get('RSR_CHECK') == 'long':
            works_long()
        enlarges()
        fails_in_words()
        cancels()
        print(f'{passed} passed, {failed} failed, 0 skipped', flush=True)
        code = 0
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # Krita itself would go on.


__main__ = main
