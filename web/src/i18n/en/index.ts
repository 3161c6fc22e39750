import common from "./common.json";
import home from "./home.json";
import inbox from "./inbox.json";
import issues from "./issues.json";
import library from "./library.json";
import requests from "./requests.json";
import search from "./search.json";
import services from "./services.json";
import signin from "./signin.json";
import title from "./title.json";
import watchlist from "./watchlist.json";

/** One file for each part of the page; the names at the top of each are its own. */
export default {
  ...common,
  ...home,
  ...inbox,
  ...issues,
  ...library,
  ...requests,
  ...search,
  ...services,
  ...signin,
  ...title,
  ...watchlist,
};
