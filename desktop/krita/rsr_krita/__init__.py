"""Learned Upscale for Krita 5.2: every paint layer through rsr, everything else scaled by Krita, into a new document.

A new document, because Krita's Python cannot write pixels in a way that can be undone: the document at hand stays as it is. rsr is a
child process with its standard input held open (--parent-stdin): it ends with Krita, however Krita ends.
"""
import json
import os
import shutil
import tempfile

from krita import Extension, Krita
from PyQt5.QtCore import QByteArray, QEventLoop, QProcess, Qt
from PyQt5.QtGui import QImage
from PyQt5.QtWidgets import QInputDialog, QMessageBox, QProgressDialog

# Krita's samples are B, G, R, A; QImage's ARGB32 is the same in memory, RGBA64 has red and blue the other way round.
FORMATS = {'U8': (QImage.Format_ARGB32, 4, False), 'U16': (QImage.Format_RGBA64, 8, True)}


class Failure(Exception):
    """Something to be told to the user as it stands."""


def program():
    name = 'rsr.exe' if os.name == 'nt' else 'rsr'
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'rsr', name)
    found = os.environ.get('RSR_PROGRAM') or (beside if os.path.exists(beside) else shutil.which('rsr'))
    if not found:
        raise Failure(f'rsr was not found. Unpack its archive into {os.path.dirname(beside)}, or put it on the PATH.')
    return found


def paint_layers(nodes):
    for node in nodes:
        if node.type() == 'paintlayer':
            yield node
        yield from paint_layers(node.childNodes())


def run_rsr(arguments, progress):
    """Runs rsr while Krita stays alive; progress(fraction) returns False to cancel."""
    process, loop, lines, said = QProcess(), QEventLoop(), [b''], []

    def read():
        *whole, lines[0] = (lines[0] + bytes(process.readAllStandardError())).split(b'\n')
        for line in whole:
            if not line.startswith(b'{'):
                said.append(line.decode(errors='replace'))
            elif progress(json.loads(line).get('fraction') or 0) is False:
                process.closeWriteChannel()  # rsr stops by itself and leaves nothing behind.

    process.readyReadStandardError.connect(read)
    process.finished.connect(loop.quit)
    process.errorOccurred.connect(lambda error: loop.quit() if error == QProcess.FailedToStart else None)
    process.start(program(), arguments)
    loop.exec_()
    read()
    if process.error() == QProcess.FailedToStart:
        raise Failure(f'{program()} cannot be started: {process.errorString()}')
    if process.exitCode() == 130:
        return False
    if process.exitStatus() != QProcess.NormalExit or process.exitCode() != 0:
        raise Failure('\n'.join(said) or f'rsr ended with code {process.exitCode()}')
    return True


def upscale(document, scale, source='auto', progress=lambda fraction: True):
    """The enlarged document, or None if cancelled; raises Failure. The given document stays as it is."""
    depth = document.colorDepth()
    if document.colorModel() != 'RGBA' or depth not in FORMATS:
        raise Failure(f'This document is {document.colorModel()}, {depth}. Convert it first: Image > Convert Image Color Space, RGB/Alpha, 8 or 16 bits per channel.')
    kind, size, swapped = FORMATS[depth]
    large = document.clone()
    layers = [node for node in paint_layers(large.topLevelNodes()) if node.bounds().width() > 0]
    if any(node.animated() for node in layers):
        raise Failure('Animated layers cannot be enlarged; flatten the animation to a frame first.')
    if any(node.colorModel() != 'RGBA' or node.colorDepth() != depth for node in layers):
        raise Failure('A layer has another colour space than the document. Convert it first: Layer > Convert Layer Color Space.')
    with tempfile.TemporaryDirectory(prefix='rsr-krita-') as folder:
        results = []
        for number, node in enumerate(layers):
            box = node.bounds()
            pixels = bytes(node.pixelData(box.x(), box.y(), box.width(), box.height()))
            image = QImage(pixels, box.width(), box.height(), box.width() * size, kind)
            small, out = os.path.join(folder, f'{number}.png'), os.path.join(folder, f'{number}-large.png')
            (image.rgbSwapped() if swapped else image).save(small, 'PNG')
            if not run_rsr(['upscale', small, '--scale', str(scale), '--source', source, '-o', out, '--progress', 'json', '--parent-stdin'],
                           lambda fraction: progress((number + fraction) / len(layers))):
                large.close()
                return None
            results.append((node, box, out))
        # Emptied first: what Krita's own scaling would leave around a layer's edge must not stay behind the new pixels.
        locked = [node for node in layers if node.locked()]
        for node, box, _ in results:
            node.setLocked(False)
            node.setPixelData(QByteArray(bytes(box.width() * box.height() * size)), box.x(), box.y(), box.width(), box.height())
        large.scaleImage(document.width() * scale, document.height() * scale, int(document.xRes()), int(document.yRes()), 'Bicubic')
        large.waitForDone()
        for node, box, out in results:
            image = QImage(out).convertToFormat(kind)
            image = image.rgbSwapped() if swapped else image
            bits = image.constBits()
            bits.setsize(image.sizeInBytes())
            node.setPixelData(QByteArray(bytes(bits)), box.x() * scale, box.y() * scale, image.width(), image.height())
            node.setLocked(node in locked)
    large.setName(f'{document.name()} x{scale}')
    large.refreshProjection()
    large.waitForDone()
    return large


class LearnedUpscale(Extension):
    def setup(self):
        pass

    def createActions(self, window):
        window.createAction('rsr_upscale', 'Learned Upscale...', 'tools/scripts').triggered.connect(self.run)

    def run(self):
        document = Krita.instance().activeDocument()
        if not document:
            return
        scale, ok = QInputDialog.getItem(None, 'Learned Upscale', 'How many times larger:', ['2', '3', '4'], 0, False)
        if not ok:
            return
        bar = QProgressDialog('Enlarging...', 'Cancel', 0, 1000)
        bar.setWindowModality(Qt.ApplicationModal)
        bar.setMinimumDuration(500)

        def progress(fraction):
            bar.setValue(int(fraction * 1000))
            return not bar.wasCanceled()

        try:
            large = upscale(document, int(scale), progress=progress)
            if large:
                Krita.instance().activeWindow().addView(large)
        except Failure as failure:
            QMessageBox.warning(None, 'Learned Upscale', str(failure))
        finally:
            bar.close()


Krita.instance().addExtension(LearnedUpscale(Krita.instance()))
