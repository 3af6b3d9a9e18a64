import { drawLocalMoments } from "#js/local_moments.js";

drawLocalMoments();
