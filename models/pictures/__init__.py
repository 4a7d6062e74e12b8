"""What a trained model gets right and wrong: one picture a task, made of plain dataclasses, for people to look at."""

from models.pictures.base import Painter, Picture
from models.pictures.make import MOST_ROWS, PAINTERS, SECONDS, make_picture, picture_of

__all__ = ["MOST_ROWS", "PAINTERS", "SECONDS", "Painter", "Picture", "make_picture", "picture_of"]
