# Runs inside the GIMP whose window window.sh drives: opens documents, and says what they are like when asked. A command is a file that
# appears, the answer another one.
import os
import sys
import time

sys.path.insert(0, '/repository/tests/gimp')
from document import *
from gi.repository import Gio

image = display = None


def show(new):
    global image, display
    if display:
        display.delete()
    image, display = new, Gimp.Display.new(new)


def answer(command, *arguments):
    if command == 'open':
        show(Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(arguments[0])))
    elif command == 'large':
        new = new_image(1600, 1200)
        add_layer(new, 'large', 1600, 1200, 'RGB', draw(160, 12, 'RGB', 8) * 1000)
        show(new)
    elif command == 'everything':
        show(everything())
    elif command == 'odd':
        new = new_image(101, 67)
        add_layer(new, 'odd', 101, 67, 'RGB', draw(101, 67, 'RGB', 8))
        show(new)
    if command == 'source':
        return pixels(image.get_layers()[0]).hex()[:0] + repr(parasite(image))
    return f'{image.get_width()}x{image.get_height()} {fingerprint(image)}'


while True:
    if os.path.exists('/rig/command'):
        with open('/rig/command') as file:
            words = file.read().split()
        os.remove('/rig/command')
        if words[0] == 'quit':
            break
        try:
            said = answer(*words)
        except Exception as error:
            said = f'failed: {error!r}'
        with open('/rig/answer.new', 'w') as file:
            file.write(said)
        os.rename('/rig/answer.new', '/rig/answer')
    time.sleep(0.05)
Gimp.quit()
