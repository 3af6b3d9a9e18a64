import "#js/copy_field.js";
import { drawLocalMoments } from "#js/local_moments.js";

drawLocalMoments();
