"""What saved_model_cli prints, for many models in one process.

show_models.py FOLDER NAME...   writes FOLDER/NAME/show.txt and FOLDER/NAME/show-all.txt
"""
import contextlib
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
from tensorflow.python.tools import saved_model_cli

folder, *names = sys.argv[1:]
for name in names:
    # What its command `show` calls, without and with --all.
    for file, show in (('show.txt', saved_model_cli._show_tag_sets), ('show-all.txt', saved_model_cli._show_all)):
        with open(os.path.join(folder, name, file), 'w') as out, contextlib.redirect_stdout(out):
            show(os.path.join(folder, name))
